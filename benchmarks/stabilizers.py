"""Compare the objectives and stabilizers of `dcgan` on one task: the table of docs/adversarial_training.md.

    vconv extract --corpus recipes/spectrogram-gan/corpus.yaml --output recipes/spectrogram-gan/dump/features.h5
    python benchmarks/stabilizers.py recipes/spectrogram-gan/dump/features.h5 FOLDER
    python benchmarks/stabilizers.py recipes/spectrogram-gan/dump/features.h5 FOLDER --only "LSGAN"

Patches of 28 mel bands × 28 frames, narrow networks, 600 updates of the generator with 64 patches each, two seeds; then
500 samples against 2,000 patches of the training set in the features of one classifier. See `sample_trainings.py`.
"""

from sample_trainings import Task, main

TASK = [
    "network.start_channels=64",
    "network.upsampling_channels=[32,16]",
    "network.height_kernels=[4,4,5]",
    "network.width_kernels=[4,4,5]",
    "network.height_strides=[2,2,1]",
    "network.width_strides=[2,2,1]",
    "network.critic_channels=[24,48,96]",
    "network.critic_strides=[2,2,2]",
    "training.batch_size=64",
]
FREE = "adversarial.constraint=none"
NO_NORM = "network.critic_norm=none"
SPECTRAL = ["adversarial.constraint=spectral_normalization", NO_NORM]
NON_SATURATING, LSGAN = "adversarial.objective=non_saturating", "adversarial.objective=least_squares"
SETTINGS = {  # what differs from dcgan's defaults: WGAN-GP, batch norm, one critic step, 2e-4 both
    "WGAN-GP, batch norm in the critic": [],
    "WGAN-GP, layer norm": ["network.critic_norm=layer"],
    "WGAN-GP, no norm": [NO_NORM],
    "WGAN-GP, batch norm, 5 critic steps": ["adversarial.critic_steps=5"],
    "WGAN-GP, layer norm, 5 critic steps": ["network.critic_norm=layer", "adversarial.critic_steps=5"],
    "WGAN-GP, batch norm, rates 1e-3 / 1e-4": ["training.learning_rate=1e-3", "adversarial.critic_learning_rate=1e-4"],
    "WGAN, weights clipped to 0.01": ["adversarial.constraint=weight_clipping"],
    "WGAN, spectral normalization": SPECTRAL,
    "non-saturating": [NON_SATURATING, FREE],
    "non-saturating, one-sided smoothing": [f"{NON_SATURATING}_one_sided", FREE],
    "non-saturating, two-sided smoothing": [f"{NON_SATURATING}_two_sided", FREE],
    "non-saturating, spectral normalization": [NON_SATURATING, *SPECTRAL],
    "non-saturating, gradient penalty": [NON_SATURATING],
    "LSGAN": [LSGAN, FREE],
    "LSGAN, rates 1e-3 / 1e-4": [LSGAN, FREE, "training.learning_rate=1e-3", "adversarial.critic_learning_rate=1e-4"],
    "LSGAN, feature matching": [LSGAN, FREE, "adversarial.feature_matching=1.0"],
    "LSGAN, minibatch standard deviation": [LSGAN, FREE, "network.critic_minibatch_std=true"],
    "WGAN-GP, batch norm, feature matching": ["adversarial.feature_matching=1.0"],
    "WGAN-GP, batch norm, minibatch standard deviation": ["network.critic_minibatch_std=true"],
    "WGAN-GP, batch norm, average 0.99": ["adversarial.ema_decay=0.99"],
    "WGAN-GP, batch norm, progressive growing": ["adversarial.progressive_epochs=5"],
    "WGAN-GP, batch norm, LSTM generator": ["network.generator=lstm"],
}

if __name__ == "__main__":
    main(Task(TASK, SETTINGS, epochs=10, updates=60, samples=500), __doc__.splitlines()[0])
