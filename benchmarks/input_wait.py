"""Time `fit` on frames read from the feature file against one batch kept in memory: does training wait for data?

python benchmarks/input_wait.py FEATURES.h5
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from side_by_side import compare

from vconv import models
from vconv.data.frames import ShuffledFrames
from vconv.features.statistics import compute
from vconv.features.store import FeatureStore

STEPS, ROUNDS = 100, 5

with FeatureStore(sys.argv[1]) as store:
    statistics = compute(store)
    settings = models.settings("convvae")
    batch_size = settings["training"]["batch_size"]
    model = models.build("convvae", settings, bins=len(statistics.spectrum_low), speakers=len(store.speakers))
    shuffled = ShuffledFrames(store, statistics, "training", 0).epochs(0, STEPS, batch_size)
    kept = shuffled.take(1).cache().repeat()
    compare(
        {
            name: lambda data=data: model.fit(data, steps_per_epoch=STEPS, shuffle=False, verbose=0)
            for name, data in (("one batch kept in memory", kept), ("shuffled frames of the feature file", shuffled))
        },
        ROUNDS,
        "frames",
        STEPS * batch_size,
    )
