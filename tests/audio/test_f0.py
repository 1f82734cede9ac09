"""F0 ranges, log-F0 statistics and the two rules of F0 conversion."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from voice import voice

from vconv.audio import f0, world
from vconv.common.errors import VconvError

FLOOR, CEILING = f0.WIDE_RANGE_HZ


def frames(mode_hz, octaves=0.2, n=4000, seed=0):
    """Return log-normal F0 of voiced frames, with as many unvoiced frames between them."""
    random = np.random.default_rng(seed)
    f0_hz = mode_hz * 2 ** (octaves * random.standard_normal(2 * n))
    f0_hz[random.permutation(2 * n)[:n]] = 0
    return np.clip(f0_hz, 0, CEILING)


def covers(f0_range, f0_hz, share=0.97):
    """Tell whether a range covers this share of the voiced frames."""
    voiced = f0_hz[f0_hz > 0]
    return np.mean((voiced >= f0_range[0]) & (voiced <= f0_range[1])) >= share


@pytest.mark.parametrize("mode_hz", [75, 100, 130, 200, 260, 400, 550])  # bass … child, and a child's shout
def test_the_range_covers_the_speakers_f0_and_little_more(mode_hz):
    f0_hz = frames(mode_hz)
    floor, ceiling = f0.find_range(f0_hz)
    assert covers((floor, ceiling), f0_hz, 0.98)
    assert floor == pytest.approx(max(FLOOR, mode_hz / 1.6), rel=0.1)
    assert ceiling == pytest.approx(min(CEILING, mode_hz * 1.6), rel=0.1)


@pytest.mark.parametrize("factor", [0.5, 2.0, 1 / 3])
@pytest.mark.parametrize("share", [0.05, 0.15, 0.3])
@pytest.mark.parametrize("mode_hz", [160, 230])
def test_octave_errors_hardly_move_the_range(mode_hz, share, factor):
    clean = frames(mode_hz, 0.15)
    spoiled = clean.copy()
    spoiled[np.random.default_rng(1).random(len(clean)) < share] *= factor
    floor, ceiling = f0.find_range(spoiled)
    assert covers((floor, ceiling), clean)
    assert mode_hz * factor < floor if factor < 1 else mode_hz * factor > ceiling


def test_the_range_ends_in_the_valley_between_two_overlapping_lobes():
    f0_hz = np.concatenate([frames(220, 0.25), frames(110, 0.25, n=1200, seed=1)])
    floor, _ = f0.find_range(f0_hz)
    assert 125 < floor < 165


def test_a_skewed_distribution_is_covered():
    """The F0 of an expressive speaker is skewed upwards."""
    f0_hz = 190 * np.exp(np.random.default_rng(0).exponential(0.25, 5000))
    floor, ceiling = f0.find_range(f0_hz)
    assert covers((floor, ceiling), f0_hz, 0.93) and floor > 150


def test_the_range_depends_neither_on_the_order_nor_on_unvoiced_frames():
    f0_hz = frames(140)
    expected = f0.find_range(f0_hz)
    assert f0.find_range(np.sort(f0_hz)) == expected
    assert f0.find_range(f0_hz[f0_hz > 0]) == expected
    assert f0.find_range(f0_hz.astype(np.float32)) == pytest.approx(expected, rel=0.02)


@settings(max_examples=30, deadline=None)
@given(steps=st.integers(-24, 24), seed=st.integers(0, 9))
def test_a_factor_of_f0_is_a_factor_of_the_range(steps, seed):
    """The factor is a whole number of bins, so that the histogram is the same, shifted."""
    f0_hz = 2 ** (np.log2(FLOOR) + (np.round(np.random.default_rng(seed).normal(96, 8, 2000)) + 0.5) / 48)
    shift = 2 ** (steps / 48)
    np.testing.assert_allclose(f0.find_range(f0_hz * shift), np.multiply(f0.find_range(f0_hz), shift), rtol=1e-6)


@settings(max_examples=60, deadline=None)
@given(f0_hz=st.lists(st.floats(10, 2000), min_size=1, max_size=30), times=st.integers(1, 200))
def test_every_range_is_part_of_the_wide_one_and_not_empty(f0_hz, times):
    floor, ceiling = f0.find_range(np.repeat(f0_hz, times))
    assert FLOOR <= floor < ceiling <= CEILING
    assert ceiling / floor > 1.05


def test_fewer_than_200_voiced_frames_give_the_wide_range():
    few = np.r_[np.zeros(1000), np.full(199, 120.0)]
    assert f0.find_range(few) == f0.WIDE_RANGE_HZ
    assert f0.find_range(np.r_[few, 120.0]) != f0.WIDE_RANGE_HZ


def test_noise_gives_a_valid_range():
    noise = np.random.default_rng(0).standard_normal(16000 * 4) * 0.1
    floor, ceiling = f0.find_range(world.estimate_f0(noise, 16000, *f0.WIDE_RANGE_HZ, method="harvest"))
    assert FLOOR <= floor < ceiling <= CEILING


def test_without_a_voiced_frame_there_is_an_error_of_one_sentence():
    for f0_hz in (np.zeros(100), np.zeros(0)):
        for function in (f0.find_range, f0.log_f0_statistics):
            with pytest.raises(VconvError, match=f"none of {len(f0_hz)} frames is voiced"):
                function(f0_hz)


def test_f0_within_the_range_found_is_the_true_f0():
    glide = np.geomspace(110, 190, 32000)
    y = voice(glide, seconds=2.0)
    wide = world.estimate_f0(y, 16000, *f0.WIDE_RANGE_HZ)
    floor, ceiling = f0.find_range(wide)
    assert floor > 80 and ceiling < 260
    own = world.estimate_f0(y, 16000, floor, ceiling)
    np.testing.assert_allclose(own[10:-10], glide[::80][10 : len(own) - 11 + 1], rtol=0.02)


def test_log_f0_statistics_by_hand():
    found = f0.log_f0_statistics(np.array([0, 100.0, 0, 400.0]))
    assert found.mean == pytest.approx(np.log(200)) and found.std == pytest.approx(np.log(2))
    assert found.percentiles == pytest.approx(np.log(100) + np.array([0.05, 0.25, 0.5, 0.75, 0.95]) * np.log(4))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 99), mean=st.floats(4, 6.5), std=st.floats(0.01, 0.5))
def test_linear_conversion_gives_the_targets_statistics_and_is_invertible(seed, mean, std):
    f0_hz = frames(150, n=50, seed=seed)
    target = f0.LogF0(mean, std, None)
    converted = f0.convert_linear(f0_hz, f0.log_f0_statistics(f0_hz), target)
    np.testing.assert_allclose(f0.log_f0_statistics(converted)[:2], (mean, std), rtol=1e-9)
    np.testing.assert_array_equal(converted > 0, f0_hz > 0)
    back = f0.convert_linear(converted, target, f0.log_f0_statistics(f0_hz))
    np.testing.assert_allclose(back, f0_hz)


def test_linear_conversion_by_hand():
    low, high = (f0.LogF0(np.log(mean), std, None) for mean, std in ((100, 0.1), (150, 0.2)))
    np.testing.assert_allclose(f0.convert_linear([0, 100, 200], low, high), [0, 150, 600])
    np.testing.assert_allclose(
        f0.convert_linear([0, 100], f0.LogF0(np.log(100), 0.0, None), high), [0, 150]
    )  # a constant F0
    assert not f0.convert_linear(np.zeros(5), low, low).any()


def by_percentiles(*f0_hz):
    return f0.LogF0(0.0, 1.0, np.log(f0_hz))


def test_conversion_by_percentiles_by_hand():
    low, high = by_percentiles(80, 90, 100, 120, 160), by_percentiles(150, 200, 210, 220, 300)
    f0_hz = [0, 80, 90, 100, 120, 160, np.sqrt(80 * 90), 40, 320]
    expected = [0, 150, 200, 210, 220, 300, np.sqrt(150 * 200), 75, 600]
    np.testing.assert_allclose(f0.convert_by_percentiles(f0_hz, low, high), expected)
    constant = by_percentiles(100, 100, 100, 100, 100)
    np.testing.assert_allclose(f0.convert_by_percentiles([100, 0, 110], constant, high), [210, 0, 231])


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 99), other=st.integers(100, 199))
def test_conversion_by_percentiles_gives_the_targets_keeps_the_order_and_is_invertible(seed, other):
    f0_hz, source, target = (
        frames(150, n=501, seed=seed),
        *(f0.log_f0_statistics(frames(center, n=501, seed=number)) for center, number in ((150, seed), (260, other))),
    )
    converted = f0.convert_by_percentiles(f0_hz, source, target)
    np.testing.assert_allclose(f0.log_f0_statistics(converted).percentiles, target.percentiles, atol=1e-2)
    np.testing.assert_array_equal(converted > 0, f0_hz > 0)
    order = np.argsort(f0_hz[f0_hz > 0])
    assert (np.diff(converted[f0_hz > 0][order]) >= 0).all()
    np.testing.assert_allclose(f0.convert_by_percentiles(converted, target, source), f0_hz, rtol=1e-9)


def test_octave_errors_disturb_linear_conversion_more_than_conversion_by_percentiles():
    """One frame in ten is an octave too low: by mean and standard deviation, the others are converted too high."""
    clean = frames(150, n=501, seed=1)
    clean, target = clean[clean > 0], f0.log_f0_statistics(frames(260, n=501, seed=2))
    faulty = clean.copy()
    faulty[::10] /= 2
    rest = np.delete(np.arange(len(clean)), np.arange(0, len(clean), 10))
    wanted = np.log(f0.convert_by_percentiles(clean, f0.log_f0_statistics(clean), target)[rest])
    off = [
        np.abs(np.median(np.log(rule(faulty, f0.log_f0_statistics(faulty), target)[rest]) - wanted))
        for rule in (f0.convert_by_percentiles, f0.convert_linear)
    ]
    assert off[0] < 0.5 * off[1]


USUAL = f0.LogF0(np.log(200), 0.17, np.log(200) + 0.17 * np.array([-1.64, -0.67, 0, 0.67, 1.64]))


def cents(f0_hz):
    return 1200 / np.log(2) * np.log(f0_hz[f0_hz > 0]).std()


@pytest.mark.parametrize("rule", [f0.convert_linear, f0.convert_by_percentiles])
@pytest.mark.parametrize(("moving", "at_most"), [(10, 25), (21, 50)])
def test_a_held_tone_of_an_unseen_speaker_is_not_stretched(moving, at_most, rule):
    """Its F0 moves by 10 cents, as a sung note, or by a vibrato of 21 cents."""
    vibrato = 300 * 2 ** (moving * np.sqrt(2) / 1200 * np.sin(0.17 * np.arange(2001)))
    converted = rule(np.append(vibrato, 0), f0.of_unseen_speaker(vibrato, USUAL.std), USUAL)
    assert 0.5 * moving < cents(converted) <= at_most and converted[-1] == 0
    assert np.median(converted[:-1]) == pytest.approx(200, rel=5e-3)
    assert cents(rule(vibrato, f0.log_f0_statistics(vibrato), USUAL)) > 250  # if it is not an exception


def test_a_constant_f0_has_its_own_statistics():
    assert f0.of_unseen_speaker(np.full(9, 150.0), 0.17).std == 0


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 99), usual=st.floats(0.05, 0.4))
def test_the_statistics_of_speech_are_its_own_and_those_of_a_monotone_are_wider(seed, usual):
    f0_hz = frames(150, np.random.default_rng(seed).uniform(0.01, 0.5), n=101, seed=seed)
    own, found = f0.log_f0_statistics(f0_hz), f0.of_unseen_speaker(f0_hz, usual)
    if own.std >= usual / 2:
        assert found.std == own.std and np.array_equal(found.percentiles, own.percentiles)
    else:
        assert found.std == pytest.approx(usual - own.std) and found.mean == own.mean
        np.testing.assert_allclose(np.ptp(found.percentiles) / np.ptp(own.percentiles), found.std / own.std)


@pytest.mark.parametrize("range_hz", [(62, 180), (75, 200), (110, 330), (150, 420), (200, 590)])
def test_usual_ranges_are_not_doubted(range_hz):
    assert f0.doubt(*range_hz) is None


@pytest.mark.parametrize(
    ("range_hz", "reason"),
    [
        ((50, 85), "range 50 to 85 Hz is unusual for speech: speech lies within 55 to 600 Hz"),
        ((50, 64), "range 50 to 64 Hz is unusual"),
        ((300, 800), "speech lies within"),
        ((60, 400), "it spans 2.7 octaves, and a speaker's usually 0.5 to 2.2"),
        ((100, 130), "it spans 0.4 octaves"),
    ],
)
def test_unusual_ranges_are_doubted_in_a_sentence(range_hz, reason):
    assert reason in f0.doubt(*range_hz)
