import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from voice import voice

from vconv.audio import wav, world
from vconv.common.errors import VconvError
from vconv.evaluation import metrics
from vconv.evaluation.protocols import MCD24

RATE = 16000


def sentence(shift=1.0, stretch=1.0, rate=RATE, pauses=True):
    """1.2 s of voice gliding in pitch, vowel and loudness, with a pause in the middle."""
    time = np.linspace(0, 1, int(1.2 * stretch * rate))
    f0_hz = shift * 130 * 2 ** (0.2 * np.sin(4 * np.pi * time))
    loudness = 0.5 + 0.5 * np.sin(6 * time) ** 2
    if pauses:
        loudness = loudness * np.where(np.abs(time - 0.5) < 0.08, 1e-3, 1.0)
    vowels = [(700.0, 1200.0, 2600.0), (300.0, 2200.0, 2900.0), (400.0, 800.0, 2500.0)]
    blend = [np.clip(1 - np.abs(time * 2 - place), 0, 1) for place in range(3)]
    return loudness * sum(
        part * voice(f0_hz, 1.2 * stretch, rate, vowel) for part, vowel in zip(blend, vowels, strict=True)
    )


def made_up(frames=60, seed=0):
    """Frames with random-walk mel-cepstra, an F0 of 100 to 200 Hz and some unvoiced frames."""
    random = np.random.default_rng(seed)
    f0_hz = np.where(random.random(frames) < 0.3, 0, random.uniform(100, 200, frames))
    return metrics.Frames(f0_hz, np.zeros(frames), random.standard_normal((frames, 25)).cumsum(axis=0))


def identity(frames):
    return np.stack([np.arange(len(frames.f0_hz))] * 2, axis=1)


@pytest.fixture(scope="module")
def natural():
    return metrics.select_frames(metrics.analyze(sentence(), RATE))


def test_a_signal_against_itself():
    found = metrics.score(sentence(), RATE, sentence(), RATE)
    assert found.mcd_db == 0
    assert found.f0 == (0, 0, pytest.approx(1), 0, 0)
    assert found.frames == len(metrics.select_frames(metrics.analyze(sentence(), RATE)).f0_hz)


@settings(max_examples=40, deadline=None)
@given(offset=st.floats(-3, 3), coefficient=st.integers(1, 24))
def test_a_constant_offset_in_one_coefficient(offset, coefficient):
    a = made_up()
    moved = a.mel_cepstrum.copy()
    moved[:, coefficient] += offset
    expected = 10 / np.log(10) * np.sqrt(2) * abs(offset)
    assert metrics.mcd(a, a._replace(mel_cepstrum=moved), identity(a)) == pytest.approx(expected, abs=1e-9)


def test_level_does_not_count(natural):
    louder = metrics.select_frames(metrics.analyze(0.1 * sentence(), RATE))
    assert metrics.mcd(natural, louder, metrics.align(natural, louder)) < 0.02
    moved = natural.mel_cepstrum + np.eye(1, 25)
    assert metrics.mcd(natural, natural._replace(mel_cepstrum=moved), identity(natural)) == 0


@pytest.mark.parametrize("cents", [100, -300, 1200])
def test_a_transposition_of_the_numbers_is_exact(cents):
    a = made_up()
    errors = metrics.f0_errors(a._replace(f0_hz=a.f0_hz * 2 ** (cents / 1200)), a, identity(a))
    assert errors.median_cents == pytest.approx(cents) and errors.rmse_cents == pytest.approx(abs(cents))
    assert errors.correlation == pytest.approx(1) and errors.voicing_error == 0


@pytest.mark.parametrize("cents", [100, -200])
def test_a_transposition_of_the_sound(natural, cents):
    shifted = metrics.select_frames(metrics.analyze(sentence(shift=2 ** (cents / 1200)), RATE))
    errors = metrics.f0_errors(shifted, natural, metrics.align(shifted, natural))
    assert errors.median_cents == pytest.approx(cents, abs=8)
    assert errors.correlation > 0.95


def test_f0_errors_by_hand():
    a, b = ([100.0, 0, 200.0, 200.0, 0], [110.0, 120.0, 0, 230.0, 0])
    a, b = (metrics.Frames(np.array(f0_hz), np.zeros(5), np.zeros((5, 25))) for f0_hz in (a, b))
    errors = metrics.f0_errors(a, b, identity(a))
    cents = 1200 * np.log2([100 / 110, 200 / 230])
    assert errors.rmse_hz == pytest.approx(np.sqrt((10**2 + 30**2) / 2))
    assert errors.rmse_cents == pytest.approx(np.sqrt(np.mean(cents**2)))
    assert errors.median_cents == pytest.approx(cents.mean())
    assert errors.voicing_error == pytest.approx(2 / 5)


def test_errors_that_do_not_exist_are_no_numbers():
    a = made_up(4)._replace(f0_hz=np.array([100.0, 100, 0, 0]))
    unvoiced = a._replace(f0_hz=np.zeros(4))
    errors = metrics.f0_errors(a, unvoiced, identity(a))
    assert errors.voicing_error == 0.5
    assert np.isnan([errors.rmse_hz, errors.rmse_cents, errors.correlation, errors.median_cents]).all()
    assert np.isnan(metrics.f0_errors(a, a, identity(a)).correlation)  # a monotone correlates with nothing


@pytest.mark.parametrize("stretch", [0.8, 1.3])
def test_a_stretched_copy_aligns(natural, stretch):
    stretched = metrics.select_frames(metrics.analyze(sentence(stretch=stretch), RATE))
    path = metrics.align(stretched, natural)
    straight = path[:, 0] / len(stretched.f0_hz) - path[:, 1] / len(natural.f0_hz)
    assert np.abs(straight).max() < 0.06
    shared = np.minimum(identity(natural), len(stretched.f0_hz) - 1)
    unaligned = metrics.mcd(stretched, natural, shared)
    assert metrics.mcd(stretched, natural, path) < 0.35 * unaligned


def cheapest(a, b):
    """The definition of dynamic time warping with unweighted steps, cell by cell."""
    distance = np.linalg.norm(a[:, None] - b[None], axis=2)
    total = np.full((len(a) + 1, len(b) + 1), np.inf)
    total[0, 0] = 0
    for i in range(len(a)):
        for j in range(len(b)):
            total[i + 1, j + 1] = distance[i, j] + min(total[i, j], total[i, j + 1], total[i + 1, j])
    return total[-1, -1]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 999), lengths=st.tuples(st.integers(1, 20), st.integers(1, 20)))
def test_the_path_is_the_cheapest(seed, lengths):
    low_order = np.arange(25) < 3  # in 25 dimensions nearly every distance has the same path
    a, b = (made_up(length, seed + number) for number, length in enumerate(lengths))
    a, b = (frames._replace(mel_cepstrum=frames.mel_cepstrum * low_order) for frames in (a, b))
    path = metrics.align(a, b)
    assert path[0].tolist() == [0, 0] and path[-1].tolist() == [lengths[0] - 1, lengths[1] - 1]
    assert {tuple(step) for step in np.diff(path, axis=0)} <= {(1, 0), (0, 1), (1, 1)}
    c0_left_out = (a.mel_cepstrum[:, 1:], b.mel_cepstrum[:, 1:])
    cost = np.linalg.norm(c0_left_out[0][path[:, 0]] - c0_left_out[1][path[:, 1]], axis=1).sum()
    assert cost == pytest.approx(cheapest(*c0_left_out))
    assert metrics.mcd(a, b, path) == pytest.approx(metrics.mcd(b, a, path[:, ::-1]))


def test_active_frames_by_hand():
    """Mean power of one frame at 0 dB and three far below is -6.02 dB, so the threshold lies at -31.02 dB."""
    a = made_up(4)._replace(power_db=np.array([0.0, -31.0, -31.1, -90.0]))
    chosen = metrics.select_frames(a)
    np.testing.assert_array_equal(chosen.power_db, [0, -31])
    np.testing.assert_array_equal(chosen.mel_cepstrum, a.mel_cepstrum[:2])
    np.testing.assert_array_equal(chosen.f0_hz, a.f0_hz[:2])


def test_pauses_do_not_count():
    y = sentence()
    hiss = 1e-5 * np.random.default_rng(1).standard_normal(RATE)
    padded = np.r_[hiss[: RATE // 2], y, hiss]
    found = metrics.score(padded, RATE, y, RATE)
    assert found.mcd_db < 0.5
    assert len(metrics.select_frames(metrics.analyze(padded, RATE)).f0_hz) < len(metrics.analyze(y, RATE).f0_hz)


def test_scored_at_the_lower_rate():
    high = sentence(rate=48000)
    low = wav.resample(high, 48000, RATE)
    assert metrics.score(high, 48000, low, RATE).mcd_db == metrics.score(low, RATE, high, 48000).mcd_db == 0
    upsampled = wav.resample(low, RATE, 48000)
    assert metrics.score(upsampled, 48000, high, 48000).mcd_db > 3  # an empty upper band
    assert metrics.score(upsampled, 48000, low, RATE).mcd_db < 0.3


def test_copy_synthesis_is_near_and_another_vowel_is_far():
    y = sentence()
    analysis = world.analyze(y, RATE, 60, 500)
    copy = world.synthesize(*analysis, RATE)
    coded = world.code_aperiodicity(analysis.aperiodicity, RATE)
    from_coded = world.synthesize(analysis.f0_hz, analysis.spectrum, world.decode_aperiodicity(coded, RATE), RATE)
    whole_db = metrics.score(copy, RATE, y, RATE).mcd_db
    assert whole_db < 3
    assert abs(metrics.score(from_coded, RATE, y, RATE).mcd_db - whole_db) < 0.05
    assert metrics.score(voice(130.0, formants_hz=(300.0, 2200.0, 2900.0)), RATE, voice(130.0), RATE).mcd_db > 6


@pytest.mark.parametrize(
    ("y", "reason"),
    [
        (np.zeros(RATE), "silent"),
        (np.full(RATE, 1e-5), "silent"),
        (np.zeros(100), "100 samples at 16000 Hz are 2 frames"),
        (np.zeros(0), "0 samples"),
        (np.full(RATE, np.nan), "NaN"),
    ],
)
def test_signals_that_cannot_be_scored(y, reason):
    for pair in [(y, sentence()), (sentence(), y)]:
        with pytest.raises(VconvError, match=reason) as error:
            metrics.score(pair[0], RATE, pair[1], RATE)
        assert "\n" not in str(error.value)


def test_minutes_are_refused_before_memory_runs_out():
    long = made_up(10_001)
    with pytest.raises(VconvError, match="10001 frames against 10001 are too many"):
        metrics.align(long, long)


def test_the_protocol_is_spelt_out():
    assert str(MCD24) == (
        "mcd24: Harvest 60-500 Hz, CheapTrick, 5 ms, mel-cepstrum of order 24 (alpha 0.41 at 16 kHz) without c0, "
        "frames above the mean power -25 dB, DTW, mean over the path, at the lower of the two rates"
    )
