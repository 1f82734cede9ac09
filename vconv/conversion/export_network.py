"""Export of the network of a model that converts recordings, with all numbers that converting needs."""

import json

import numpy as np

from vconv.common import files
from vconv.features.statistics import ARRAYS
from vconv.training import conversion_network
from vconv.training.run_folder import RunFolder


def export_network(run, output):
    """Write the network of the run folder `run` as one ONNX file.

    Its metadata are those of network.onnx (`vconv.training.conversion_network`) and, as JSON:

    - features: the settings of the features: sample_rate, frame_period_ms, fft_size, f0_method, content_encoder
    - conversion: the section `conversion` of the model's settings
    - statistics: name → array, as in `vconv.features.statistics.Statistics`
    - transforms: affine transforms between speakers [target, source, 25, 24], if the run has them

    Parameters
    ----------
    run, output : str or Path

    Raises
    ------
    VconvError
        The folder holds no model that converts recordings, or none yet, or the file cannot be written.
    """
    import onnx

    folder = RunFolder(run)
    statistics, transforms = folder.statistics(), folder.transforms()
    arrays = {name: getattr(statistics, name) for name in ARRAYS}
    facts = {
        "features": statistics.settings,
        "conversion": folder.model_settings().get("conversion", {}),
        "statistics": {name: np.asarray(array, np.float64).tolist() for name, array in arrays.items()},
    }
    if transforms is not None:
        facts["transforms"] = conversion_network.as_list(transforms)
    model = onnx.load_model_from_string(conversion_network.content(folder))
    for name, fact in facts.items():
        model.metadata_props.add(key=name, value=json.dumps(fact, ensure_ascii=False))
    content = model.SerializeToString()
    files.write(output, lambda temporary: temporary.write_bytes(content))
