"""Extraction against bare pyworld in as many processes, and the F0 estimator by autocorrelation against DIO."""

from functools import partial

from extraction import bare_pyworld, vconv_extract
from row import Row, Work

FRAME_S = 0.005
F0_RANGE_HZ = (71.0, 400.0)


def extraction(inputs, method):
    """Return the work of `vconv extract` with an F0 method, in as many processes as there are cores."""
    import soundfile

    from vconv.common.workers import available_cores

    corpus = inputs.corpus(contents=["frames"], f0_method=method)
    paths, jobs = [utterance.path for utterance in corpus.utterances], 1 if inputs.quick else available_cores()
    seconds = sum(soundfile.info(path).duration for path in paths)
    return Work(
        round(seconds / FRAME_S),
        partial(vconv_extract, corpus, jobs),
        partial(bare_pyworld, paths, jobs, method),
    )


def autocorrelation(inputs):
    """Return the work of estimating F0 of a recording."""
    from vconv.audio import f0_estimation, wav

    y, rate = wav.read(inputs.recordings[0])
    by_method = partial(f0_estimation.estimate_f0, y, rate, *F0_RANGE_HZ)
    return Work(len(by_method()), by_method, partial(by_method, "dio"))


ROWS = [
    Row("extract-dio", "`vconv extract`, F0 by DIO", "frames", partial(extraction, method="dio"), "bare pyworld"),
    Row(
        "extract-harvest",
        "`vconv extract`, F0 by Harvest",
        "frames",
        partial(extraction, method="harvest"),
        "bare pyworld",
    ),
    Row("f0-autocorrelation", "F0 of a recording by autocorrelation", "frames", autocorrelation, "DIO with StoneMask"),
]
