"""A small feature file, small settings and small models, for tests of all rooms that use features."""

import numpy as np

from vconv import data, models
from vconv.alignment import frame_pairs, partners
from vconv.features import content, schema, writer
from vconv.features.acoustic import mel_cepstra

SPEAKERS = ("Ann", "Bjørn K", "Cy_2")
SETTINGS = {
    "sample_rate": 16000,
    "frame_period_ms": 5.0,
    "fft_size": 1024,
    "f0_method": "dio",
    "content_encoder": {"name": "mel_cepstrum", "version": 1},
}
SMALL = {
    "network": {
        "latent": 4,
        "encoder_channels": [2, 4],
        "encoder_kernels": [7, 7],
        "decoder_start_channels": 3,
        "decoder_channels": [4, 2],
        "decoder_kernels": [7, 7],
    },
    "training": {"batch_size": 8, "frames_per_epoch": 80, "epochs": 2},
}


def changes_for(name, shrunk=SMALL):
    """Return those changes `shrunk` that are settings of the model `name`, and changes that make its layers narrow."""
    known = models.settings(name)
    changes = {
        section: {key: value for key, value in values.items() if key in known[section]}
        for section, values in shrunk.items()
    }
    if "spectrogram" in known:
        changes["spectrogram"] = {"height": 12, "width": 8}
        changes["network"] |= {"start_channels": 4, "upsampling_channels": [4, 3, 2], "critic_channels": [2, 3, 4]}
        changes["training"] |= {"patches_per_epoch": 16, "batch_size": 4}
    if "segment_frames" in known["training"]:
        changes["network"] |= {"channels": 6, "speaker_embedding": 3, "dilations": [1, 2]}
        changes["training"] |= {"segments_per_epoch": 32, "segment_frames": 8}
    if "mel" in known:
        narrow = {
            key: [1 if key.endswith("groups") else 4] * len(value)
            for key, value in known["network"].items()
            if isinstance(value, list) and key.endswith(("_channels", "_groups"))
        }
        changes["network"] |= {"start_channels": 4} | narrow
        changes["training"] |= {"segments_per_epoch": 16, "segment_samples": 2048, "batch_size": 2}
    return changes


def with_mel_cepstrum(spectrum, energy, f0_hz, aperiodicity, rate=16000):
    """Return `Frames` in the types of the feature file whose mel-cepstrum follows from the spectrum."""
    spectrum, energy = spectrum.astype(np.float16), energy.astype(np.float32)
    cepstra = mel_cepstra(spectrum, energy, rate).astype(np.float32)
    return schema.Frames(spectrum, energy, f0_hz.astype(np.float32), aperiodicity.astype(np.float32), cepstra)


def build(name, settings, bins=27, speakers=3):
    """Return the model `name` for data with so many bins and speakers."""
    sizes = data.kind(models.training_data(name)).sizes(bins, speakers, content.encoder(content.DEFAULT).size)
    return models.build(name, settings, **sizes)


def write_pairs(store, seed=0, most_partners=100, **settings):
    """Write frame_pairs.h5 beside a store: acoustic features of each column of targets are noise around its number.

    0 to 3 frames are matched to each frame.
    """
    random, utterances = np.random.default_rng(seed), frame_pairs.table(store)
    rows = utterances[-1].start + utterances[-1].length
    count = len(store.speakers)
    targets = partners.choose(count, most_partners)
    matched = [
        (random.normal(number, 1, (rows, 40)), random.integers(4, size=rows), random.normal(size=(count, 25, 24)) / 5)
        for number in range(targets.shape[1])
    ]
    path = store.path.with_name(frame_pairs.FILE_NAME)
    frame_pairs.write(path, settings, store.fingerprint, store.speakers, utterances, targets, matched)
    return path


def write_store(path, lengths, seed=0, bins=513, splits=("training", "validation"), contents=("frames",)):
    """Write a feature file of smooth random spectra: for each speaker and split, utterances of the given lengths.

    Its waves, if `contents` ask for them, are noise, 80 samples a frame.
    """
    random = np.random.default_rng(seed)
    utterances, arrays, waves = [], [], [kind for kind in contents if kind != "frames"]
    for speaker in SPEAKERS:
        for split in splits:
            for number, length in enumerate(lengths):
                stored = length if "frames" in contents else 0
                utterances.append(schema.StoredUtterance(f"{split}{number}", speaker, split, 0, stored, length * 80))
                walk = np.cumsum(random.normal(size=(length, bins)), axis=1)
                spectrum = walk / np.abs(walk).max() - 4 - SPEAKERS.index(speaker) / 10
                f0_hz = np.where(random.random(length) < 0.7, random.uniform(80, 200, length), 0)
                arrays.append(
                    with_mel_cepstrum(spectrum, random.uniform(1, 2, length), f0_hz, np.full((length, 1), -10)).arrays()
                    | {kind: random.integers(-9999, 9999, length * 80, np.int16) for kind in waves}
                )
    ranges = {speaker: (70.0, 300.0) for speaker in SPEAKERS}
    writer.write(path, SETTINGS | {"contents": list(contents)}, ranges, utterances, arrays)
    return path
