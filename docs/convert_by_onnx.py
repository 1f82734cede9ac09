"""Convert a recording with the ONNX file of a `convvae` or `vawgan`, without vconv.

python convert_by_onnx.py NETWORK.onnx IN.wav SOURCE TARGET OUT.wav
"""

import json
import sys

import numpy as np
import onnxruntime
import pyworld
import soundfile

REFERENCE_LEVEL = 0.05


def speech_level(y, rate):
    """Return the RMS of the blocks of 20 ms whose power is above the mean power − 10 dB."""
    size = int(rate * 0.02)
    power = np.square(y[: len(y) // size * size]).reshape(-1, size).mean(axis=1)
    return np.sqrt(power[power >= power.mean() / 10].mean())


def convert(network, y, rate, source, target):
    """Return a mono recording of the speaker `source`, float64 [samples], as a signal of the speaker `target`."""
    session = onnxruntime.InferenceSession(network)
    metadata = session.get_modelmeta().custom_metadata_map
    features, statistics = json.loads(metadata["features"]), json.loads(metadata["statistics"])
    of = {name: np.array(values) for name, values in statistics.items()}
    a, b = (json.loads(metadata["speakers"]).index(speaker) for speaker in (source, target))
    embedding = np.float32(json.loads(metadata["speaker_embeddings"])[b])
    period, size = features["frame_period_ms"], features["fft_size"]
    if rate != features["sample_rate"]:
        raise SystemExit(f"the network needs {features['sample_rate']} Hz")

    level = speech_level(y, rate)
    y = y * (REFERENCE_LEVEL / level)
    floor, ceiling = of["f0_range_hz"][a]
    f0, seconds = pyworld.dio(y, rate, f0_floor=floor, f0_ceil=ceiling, frame_period=period)
    f0 = pyworld.stonemask(y, f0, seconds, rate)
    power = pyworld.cheaptrick(y, f0, seconds, rate, fft_size=size) + 1e-10
    aperiodicity = pyworld.d4c(y, f0, seconds, rate, threshold=-np.inf, fft_size=size)

    energy, low, width = power.sum(axis=1, keepdims=True), of["spectrum_low"], of["spectrum_high"] - of["spectrum_low"]
    frames = np.clip((np.log10(power / energy) - low) / width * 2 - 1, -1, 1).astype(np.float32)
    speaker = np.tile(embedding, (len(frames), 1))
    frames = session.run(None, {"frame": frames, "speaker": speaker})[0]
    power = energy * 10 ** (low + (frames.astype(np.float64) + 1) / 2 * width)

    mean, std, voiced = of["log_f0_mean"], of["log_f0_std"], f0 > 0
    f0[voiced] = np.exp((np.log(f0[voiced]) - mean[a]) / std[a] * std[b] + mean[b])
    y = pyworld.synthesize(f0, power, aperiodicity, rate, period)
    return y * (level / speech_level(y, rate))


if __name__ == "__main__":
    network, recording, source, target, output = sys.argv[1:]
    y, rate = soundfile.read(recording)
    soundfile.write(output, convert(network, y, rate, source, target), rate)
