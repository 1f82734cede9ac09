"""A conversion by a ready voice, whole and by part, against WORLD's analysis and synthesis alone, on one core."""

from functools import partial

from extraction import bare_analysis
from row import Row, Work

from vconv.common.threads import one_blas_thread

PARTS = {
    "convert": "conversion of a recording, from file to file",
    "convert-read": "its reading",
    "convert-f0": "its F0 by autocorrelation",
    "convert-spectrum": "its spectral envelope and aperiodicity",
    "convert-network": "its network and corrections",
    "convert-synthesis": "its synthesis",
    "convert-write": "its writing",
}


def world_alone(y, rate):
    """Analyze and synthesize a signal by pyworld with its defaults."""
    import pyworld

    pyworld.synthesize(*bare_analysis(y, rate), rate)


def conversion(inputs, part):
    """Return the work of a part of a conversion."""
    from vconv.audio import wav, world
    from vconv.conversion import targets

    converter, path, output = inputs.converter, inputs.recordings[0], inputs.folder / "converted.wav"
    target, rate = converter.speakers[0], converter.rate
    y, _ = wav.read(path, rate)
    utterance, f0_range_hz = converter.analyze(y), (71.0, 400.0)
    blend = targets.parse(target, converter.speakers)
    converted = converter.synthesize(utterance, target)
    runs = {
        "convert": partial(converter.convert_file, path, output, target),
        "convert-read": partial(wav.read, path, rate),
        "convert-f0": partial(world.estimate_f0, y, rate, *f0_range_hz),
        "convert-spectrum": partial(world.analyze_with_f0, y, utterance.analysis.f0_hz, rate),
        "convert-network": partial(converter.spectral.predict, utterance.encoded, blend),
        "convert-synthesis": partial(world.synthesize, *utterance.analysis, rate),
        "convert-write": partial(wav.write, output, converted, rate),
    }
    return Work(len(y) / rate, one_blas_thread(runs[part]), partial(world_alone, y, rate))


ROWS = [
    Row(name, title, "seconds of audio", partial(conversion, part=name), "WORLD alone") for name, title in PARTS.items()
]
