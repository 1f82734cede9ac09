"""Small settings of each model for the golden numbers, and everything of vconv that these depend on."""

from pathlib import Path

import numpy as np

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
SPEAKERS = ("rms", "slt")
CORPUS = """root: {root}
speakers: [{speakers}]
splits:
  training: {{pattern: 'training/{{speaker}}/{{utterance}}', utterances: [t09, t23]}}
  validation: {{pattern: 'training/{{speaker}}/{{utterance}}', utterances: [t16]}}
"""
STEPS = 3
FRAME_NETWORKS = {
    "latent": 8,
    "encoder_channels": [4, 8],
    "encoder_kernels": [7, 7],
    "decoder_start_channels": 8,
    "decoder_channels": [8, 4],
    "decoder_kernels": [9, 7],
}
SETTINGS = {
    "convvae": {"training": {"batch_size": 32}, "network": FRAME_NETWORKS},
    "vawgan": {
        "training": {"batch_size": 16},
        "adversarial": {"critic_steps": 2, "warm_up_epochs": 1},
        "network": FRAME_NETWORKS | {"critic_channels": [4, 6], "critic_kernels": [7, 9]},
    },
    "matched": {"training": {"batch_size": 8}, "network": {"channels": 16, "speaker_embedding": 4}},
    "melgan_light": {
        "training": {"batch_size": 2, "segment_samples": 4096},
        "adversarial": {"warm_up_epochs": 1},
        "network": {
            "start_channels": 8,
            "upsampling_channels": [8, 4],
            "scales": 2,
            "discriminator_channels": [4, 4, 4, 4, 4, 4],
        },
    },
    "dcgan": {
        "training": {"batch_size": 8},
        "spectrogram": {"height": 16, "width": 16},
        "network": {"start_channels": 8, "upsampling_channels": [8, 4, 4], "critic_channels": [4, 6, 8]},
    },
}


def extract(folder):
    """Write features, statistics and frame pairs of the small corpus into `folder`; return the two files' paths."""
    from vconv.commands import cli

    corpus, features = folder / "corpus.yaml", folder / "dump" / "features.h5"
    corpus.write_text(CORPUS.format(root=SAMPLE, speakers=", ".join(SPEAKERS)))
    for arguments in (
        ["extract", f"--corpus={corpus}", "--jobs=1"],
        ["statistics", f"--features={features}"],
        ["match", f"--corpus={corpus}"],
    ):
        if cli.main(arguments):
            raise RuntimeError(f"vconv {' '.join(arguments)} failed")
    return features, features.with_name("statistics.h5")


def trained(name, features):
    """Train the model `name` for `STEPS` steps; return it, how to convert with it, losses, and the last batch."""
    import keras

    from vconv import data, models
    from vconv.conversion.converter import VoiceConverter
    from vconv.features.statistics import load_or_compute
    from vconv.features.store import FeatureStore
    from vconv.spectral_conversion.network import Network
    from vconv.training.conversion_network import to_onnx

    settings, kind = models.settings(name, SETTINGS[name]), data.kind(models.training_data(name))
    settings["training"]["learning_rate"] = 3e-4
    with FeatureStore(features) as store:
        statistics = load_or_compute(store, features.with_name("statistics.h5"))
        examples = kind(store, settings, statistics, **kind.open_inputs(store))
        keras.utils.set_random_seed(1)
        model = models.build(name, settings, **kind.sizes(**statistics.dimensions))
        examples.prepare(model)
        losses = []
        for step, batch in zip(range(STEPS), examples.batches(0, STEPS, model.examples_per_step), strict=False):
            model.begin_epoch(step)
            model.reset_metrics()
            losses.append({key: float(value) for key, value in model.train_step(batch).items()})

    def convert(y, source):
        run = {"model": name, "settings": settings}
        network = Network(to_onnx(model, name, SPEAKERS, STEPS))
        return VoiceConverter(network, statistics, run, examples.transforms).convert(y, SPEAKERS[0], source)[0]

    return model, convert, losses, batch


def inputs_of(name, batch):
    """Return the inputs of a model in use, from a batch of its training data."""
    if name == "dcgan":
        return np.linspace(-1, 1, 40, dtype="float32").reshape(2, 20)  # latent codes
    return batch if name in ("convvae", "vawgan") else batch[0]
