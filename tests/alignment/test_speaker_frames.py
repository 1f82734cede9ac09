"""`SpeakerFrames`: the frames of one speaker, and their alignment features with 90 ms of context on both sides."""

import numpy as np

from vconv.alignment.frames import AlignmentFrames
from vconv.alignment.speaker_frames import SpeakerFrames


def test_it_holds_all_frames_of_its_speaker_and_no_other(trio):
    frames = AlignmentFrames(trio.store, trio.statistics)
    for speaker in range(3):
        own = SpeakerFrames(frames, speaker)
        assert set(frames.speaker[own.numbers]) == {speaker}
        assert len(own.numbers) == (frames.speaker == speaker).sum()
        np.testing.assert_array_equal(own.acoustic, frames.acoustic[own.numbers])
        np.testing.assert_array_equal(own.coefficients, frames.content[own.numbers, :24])
        training, held_out = own.numbers[own.speech], own.numbers[own.held_out]
        assert (trio.sounds[np.concatenate([training, held_out])] >= 0).all()
        assert frames.training[training].all() and not frames.training[held_out].any()
        assert len(training) + len(held_out) == (trio.sounds[own.numbers] >= 0).sum()


def test_alignment_features_are_the_weighted_content_of_a_frame_and_six_around_it(trio):
    frames = AlignmentFrames(trio.store, trio.statistics)
    own = SpeakerFrames(frames, 1)
    coefficients = np.random.default_rng(0).normal(size=own.coefficients.shape).astype(np.float32)
    first = frames.utterances[6]  # the second of B
    assert first.speaker == "B"
    begin, end = (number - own.numbers[0] for number in (first.start, first.start + first.length))
    features = own.alignment_features(coefficients, np.array([begin, begin + 10, end - 2])).reshape(3, 7, 27)
    for found, around in zip(
        features,
        [
            [begin] * 4 + [begin + 3, begin + 6, begin + 9],
            begin + 10 + np.array([-9, -6, -3, 0, 3, 6, 9]),
            [end - 11, end - 8, end - 5, end - 2, end - 1, end - 1, end - 1],
        ],
        strict=True,
    ):
        # Coefficient d has the weight d^−0.7; power, voicing and aperiodicity have 0.2.
        np.testing.assert_allclose(found[:, :24], coefficients[around] / np.arange(1, 25) ** 0.7, rtol=1e-5)
        np.testing.assert_allclose(found[:, 24:], frames.content[own.numbers[around], 24:] / 5, rtol=1e-5)


def test_a_subset_is_spread_evenly_over_the_speech_frames(trio):
    own = SpeakerFrames(AlignmentFrames(trio.store, trio.statistics), 0)
    np.testing.assert_array_equal(own.subset(10**6), own.speech)
    few = own.subset(5)
    assert len(few) == 5 and (few[0], few[-1]) == (own.speech[0], own.speech[-1]) and set(few) <= set(own.speech)


def test_normalizing_constant_coefficients_gives_finite_numbers(trio):
    own = SpeakerFrames(AlignmentFrames(trio.store, trio.statistics), 2)
    assert np.isfinite(own.normalized(np.ones_like(own.coefficients))).all()
