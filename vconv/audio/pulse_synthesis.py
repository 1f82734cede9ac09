"""WORLD's synthesis of frames that come one after the other: each pulse is rendered as soon as its frames are there.

Morise, Yokomori and Ozawa 2016, "WORLD: a vocoder-based high-quality speech synthesis system for real-time
applications", IEICE Trans. Inf. & Syst. E99-D(7), section 3.3. pyworld synthesizes whole utterances only. Two things
differ from it. The noise of a pulse lasts one period of its own F0, because the next pulse is not known yet. The mean
of a pulse is removed after the pulse only, not before it, by a window that begins and ends with 0: a step would be
louder than the high frequencies of voiced speech.
"""

import numpy as np

from vconv.audio import fft, world

UNVOICED_HZ = 500.0  # of the pulses in unvoiced frames
LEAST_APERIODICITY, LARGEST_APERIODICITY = 0.001, 1 - 1e-12
WITHOUT_PULSE = 0.999  # power of the aperiodicity at 0 Hz above which a pulse has no periodic part
TINY = 1e-12  # keeps logarithms finite


class PulseSynthesizer:
    """Synthesizes WORLD features that come in parts; how they are cut changes no more than the rounding.

    Parameters
    ----------
    rate : int
        In Hz.
    frame_period_ms : float
    seed : int
        Of the noise.
    """

    def __init__(self, rate, frame_period_ms, seed=0):
        self.rate, self._samples_per_frame = rate, rate * frame_period_ms / 1000
        self._size = world.fft_size(rate)
        self._noise = np.random.default_rng(seed)
        window = np.hanning(self._size // 2)
        self._mean_remover = window / window.sum()
        self._frames, self._last = 0, None  # frames so far, and the last of them
        self._cycles = 0.0  # of F0 up to the sample before the next
        self._sample = 0  # the next one
        self._pending = np.zeros(0)  # sum of the pulses so far, from the next sample on

    def push(self, f0_hz, spectrum, aperiodicity):
        """Return the signal, float64 [samples], from the last frame before to the last of the frames.

        Parameters
        ----------
        f0_hz : ndarray [n]
            0 where unvoiced.
        spectrum, aperiodicity : ndarray [n, K]
            As in `world.Analysis`.
        """
        f0_hz = np.where(np.asarray(f0_hz) < self.rate / self._size + 1, 0.0, f0_hz)
        new = f0_hz, spectrum, np.clip(aperiodicity, LEAST_APERIODICITY, LARGEST_APERIODICITY)
        first = self._frames - (self._last is not None)
        if self._last is not None:
            new = tuple(np.concatenate([old, part]) for old, part in zip(self._last, new, strict=True))
        self._frames, self._last = first + len(new[0]), tuple(part[-1:] for part in new)
        end = int(np.ceil((self._frames - 1) * self._samples_per_frame))
        positions = np.arange(self._sample, end) / self._samples_per_frame - first
        y = self._rendered(positions, *new)
        self._sample = end
        return y

    def _rendered(self, positions, f0_hz, spectrum, aperiodicity):
        """Return the samples at `positions` [samples], in frames from the first of the given ones on."""
        if not len(positions):
            return np.zeros(0)
        left = np.minimum(positions.astype(int), len(f0_hz) - 2)
        share = positions - left
        voiced = _between((f0_hz > 0).astype(float), left, share) > 0.5
        contour_hz = np.where(voiced, _between(f0_hz, left, share), UNVOICED_HZ)
        cycles = np.append(0.0, np.cumsum(contour_hz / self.rate)) + self._cycles
        before, after = cycles[:-1], cycles[1:]
        (pulses,) = np.nonzero(np.floor(after) > np.floor(before))
        late = 1 - (after[pulses] % 1) / (contour_hz[pulses] / self.rate)
        self._cycles = after[-1] % 1
        total = np.zeros(len(positions) + self._size // 2)
        total[: len(self._pending)] = self._pending
        if len(pulses):
            shares = left[pulses], share[pulses][:, None]
            power, noisy = _between(spectrum, *shares), np.square(_between(aperiodicity, *shares))
            responses = self._responses(power, noisy, voiced[pulses], contour_hz[pulses], late)
            for pulse, response in zip(pulses, responses, strict=True):
                total[pulse : pulse + len(response)] += response
        self._pending = total[len(positions) :]
        return total[: len(positions)]

    def _responses(self, power, noisy, voiced, f0_hz, late):
        """Return the signals [n, fft_size / 2] of pulses, from the sample of the pulse on.

        Parameters
        ----------
        power, noisy : ndarray [n, K]
            Spectral envelope, as power, and the share of it that is noise.
        voiced : ndarray [n], bool
        f0_hz : ndarray [n]
        late : ndarray [n]
            Delay of the pulse, in (0, 1] samples. It is one sample later than F0 says, as in WORLD.
        """
        half, periods = self._size // 2, np.maximum(np.round(self.rate / f0_hz).astype(int), 1)
        noise = np.zeros((len(periods), self._size))
        drawn, first = self._noise.standard_normal(periods.sum()), 0
        for row, period in zip(noise, periods.tolist(), strict=True):
            part = drawn[first : first + period]
            row[:period] = part - part.sum() / period
            first += period
        of_noise = np.where(voiced[:, None], power * noisy, power)
        y = fft.irfft(self._minimum_phase(of_noise) * fft.rfft(noise, self._size, axis=1), self._size, axis=1)[:, :half]
        (pulsed,) = np.nonzero(voiced & (noisy[:, 0] <= WITHOUT_PULSE))
        if len(pulsed):
            delay = np.exp(-2j * np.pi / self._size * np.arange(half + 1) * late[pulsed, None])
            periodic = self._minimum_phase(power[pulsed] * (1 - noisy[pulsed]) + TINY) * delay
            periodic = fft.irfft(periodic, self._size, axis=1)[:, :half]
            periodic -= periodic.sum(axis=1, keepdims=True) * self._mean_remover
            y[pulsed] += np.sqrt(periods[pulsed, None]) * periodic
        return y

    def _minimum_phase(self, power):
        """Return the spectra [n, K] with minimum phase and the power [n, K]."""
        cepstrum = fft.irfft(0.5 * np.log(power), self._size, axis=1)
        cepstrum[:, 1 : self._size // 2] *= 2
        cepstrum[:, self._size // 2 + 1 :] = 0
        phase = fft.rfft(cepstrum, self._size, axis=1).imag
        spectrum = np.empty(phase.shape, complex)
        spectrum.real, spectrum.imag = np.cos(phase), np.sin(phase)
        spectrum *= np.sqrt(power)
        return spectrum


def _between(values, left, share):
    """Return values interpolated linearly between two frames, of which the numbers of the left ones are given."""
    return values[left] + share * (values[left + 1] - values[left])
