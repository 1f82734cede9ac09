"""A conversion by a ready voice, whole and by part, against WORLD's analysis and synthesis alone, on one core."""

from functools import cache, partial

from extraction import bare_analysis
from row import Row, Work

from vconv.common.threads import one_blas_thread

F0_RANGE_HZ = (71.0, 400.0)
PARTS = {
    "convert": "conversion of a recording, from file to file",
    "convert-read": "conversion: reading",
    "convert-f0": "conversion: F0 by autocorrelation",
    "convert-spectrum": "conversion: spectral envelope and aperiodicity",
    "convert-network": "conversion: network and corrections",
    "convert-synthesis": "conversion: synthesis",
    "convert-write": "conversion: writing",
}


def world_alone(y, rate):
    """Analyze and synthesize a signal by pyworld with its defaults."""
    import pyworld

    pyworld.synthesize(*bare_analysis(y, rate), rate)


@cache
def prepared(inputs):
    """Return {part: work of it} and the signal that is converted, with its rate."""
    from vconv.audio import wav, world
    from vconv.conversion import targets

    converter, path, output = inputs.converter, inputs.recordings[0], inputs.folder / "converted.wav"
    target, rate = converter.speakers[0], converter.rate
    y, _ = wav.read(path, rate)
    utterance, blend = converter.analyze(y), targets.parse(target, converter.speakers)
    runs = {
        "convert": partial(converter.convert_file, path, output, target),
        "convert-read": partial(wav.read, path, rate),
        "convert-f0": partial(world.estimate_f0, y, rate, *F0_RANGE_HZ),
        "convert-spectrum": partial(world.analyze_with_f0, y, utterance.analysis.f0_hz, rate),
        "convert-network": partial(converter.spectral.predict, utterance.encoded, blend),
        "convert-synthesis": partial(world.synthesize, *utterance.analysis, rate),
        "convert-write": partial(wav.write, output, utterance.y, rate),
    }
    return runs, y, rate


def conversion(inputs, part):
    """Return the work of a part of a conversion."""
    runs, y, rate = prepared(inputs)
    return Work(len(y) / rate, one_blas_thread()(runs[part]), partial(world_alone, y, rate))


ROWS = [
    Row(name, title, "seconds of audio", partial(conversion, part=name), "WORLD alone") for name, title in PARTS.items()
]
