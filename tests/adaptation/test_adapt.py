"""A voice with a new speaker: the old speakers are the same to the bit, and the new one is a target and a source."""

import numpy as np
import pytest
from calls import vconv_command
from new_voice import F0_HZ, NAME, RATE, speech

from vconv.audio import world
from vconv.conversion.converter import VoiceConverter
from vconv.streaming.converter import StreamingConverter
from vconv.voices import container, ready

SOURCE = speech(1.5, seed=7)


@pytest.fixture(scope="module")
def converters(adapted):
    return VoiceConverter.load(adapted.base), VoiceConverter.load(adapted.voice)


@pytest.mark.parametrize("source", [None, "SM1"])
@pytest.mark.parametrize("target", ["TF1", {"SF1": 0.3, "TM2": 0.7}])
def test_conversions_to_old_targets_are_the_same_to_the_bit(converters, source, target):
    before, after = (converter.convert(SOURCE, target, source)[0] for converter in converters)
    np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("source", [None, "SM1"])
def test_streams_to_old_targets_are_the_same_to_the_bit(converters, source):
    before, after = (
        np.concatenate([(stream := StreamingConverter(one, "TF1", source=source)).push(SOURCE), stream.flush()])
        for one in converters
    )
    np.testing.assert_array_equal(before, after)


def test_a_stream_to_the_new_speaker_is_corrected_by_the_examples(adapted):
    corrected, network = VoiceConverter.load(adapted.voice), VoiceConverter.load(adapted.voice)
    network.spectral._correction = None
    one, other = (
        np.concatenate([(stream := StreamingConverter(converter, NAME)).push(SOURCE), stream.flush()])
        for converter in (corrected, network)
    )
    assert np.isfinite(one).all() and np.abs(one - other).max() > 0.01 * np.abs(one).max()


def test_the_new_speaker_is_the_last(adapted, converters):
    before, after = converters
    assert after.speakers == (*before.speakers, NAME)
    assert adapted.voice.statistics().trained == slice(0, len(before.speakers))
    assert adapted.voice.facts["speakers"][-1]["adapted"] == {"speech_s": round(adapted.added.speech_s, 1)}
    assert adapted.digest == adapted.voice.digest


def test_speech_converted_to_the_new_speaker_has_its_f0(converters):
    source = SOURCE[: len(SOURCE) // 2]
    y, rate = converters[1].convert(np.concatenate([source, source]), NAME)
    f0_hz = world.estimate_f0(y, rate, 60.0, 400.0)
    assert np.exp(np.log(f0_hz[f0_hz > 0]).mean()) == pytest.approx(F0_HZ, rel=0.06)


def test_the_new_speaker_is_a_source(converters):
    y, _ = converters[1].convert(SOURCE, "TF1", NAME)
    assert np.isfinite(y).all() and y.std() > 0


def test_the_statistics_are_those_of_the_recordings(adapted):
    statistics = adapted.added.statistics
    assert np.exp(statistics["log_f0_mean"]) == pytest.approx(F0_HZ, rel=0.02)
    low, high = statistics["f0_range_hz"]
    assert low < 0.92 * F0_HZ and high > 1.08 * F0_HZ
    assert 9 < adapted.added.speech_s < 16, "of 16 s, a fifth is pause"


def test_a_broken_recording_is_told_and_skipped(adapted):
    assert len(adapted.failures) == 1 and "c.wav: is no readable audio file" in adapted.failures[0]


def test_transforms_map_between_new_and_old(adapted):
    old, new = adapted.base.transforms(), adapted.voice.transforms()
    np.testing.assert_array_equal(new[:-1, :-1], old)
    np.testing.assert_array_equal(new[-1, -1], np.eye(25, 24))
    assert (np.abs(new[-1, :-1] - new[:-1, -1]).max(axis=(1, 2)) > 0).all()


def test_the_examples_are_the_speech_of_the_recordings(adapted):
    """Their mean and standard deviation are those of the speaker, but for the weight of the prior."""
    examples, statistics = adapted.voice.examples(), adapted.voice.statistics()
    assert set(examples.speaker) == {10}
    assert len(examples.recorded) == pytest.approx(100 * adapted.added.speech_s, rel=0.05)
    own = examples.recorded.astype(float) * statistics.acoustic_std[:10].mean(axis=0)
    frames = 2 * len(own)
    mean = own.mean(axis=0) + statistics.acoustic_mean[10]
    prior = statistics.acoustic_mean[:10].mean(axis=0)
    np.testing.assert_allclose((frames * mean + 300 * prior) / (frames + 300), statistics.acoustic_mean[10], atol=0.05)


def test_the_examples_know_what_the_network_predicts(adapted):
    """Predictions of a frame and of the frames around it follow each other within a recording."""
    predicted = adapted.voice.examples().predicted.astype(float)
    later = np.abs(predicted[2:, 0] - predicted[:-2, 1]).max(axis=1)
    assert np.median(later) < 1e-6 < later.max(), "pauses and ends interrupt the sequence"


def test_a_voice_that_was_adapted_without_examples_converts_to_that_speaker(adapted, tmp_path):
    members = {name: part for name, part in adapted.voice.members().items() if not name.startswith("examples")}
    container.write(tmp_path / "old.vconv", members)
    old, new = VoiceConverter.load(tmp_path / "old.vconv"), VoiceConverter.load(adapted.voice)
    before, after = (converter.convert(SOURCE, NAME)[0] for converter in (old, new))
    assert np.isfinite(before).all() and np.abs(before - after).max() > 0.01 * np.abs(after).max()
    np.testing.assert_array_equal(*(converter.convert(SOURCE, "TF1")[0] for converter in (old, new)))


def test_the_mean_of_normalized_coefficients_is_0_before_and_after_a_transform(adapted):
    """A transform that restores mean and standard deviation maps the mean to the mean."""
    assert np.abs(adapted.voice.transforms()[-1, :-1, -1]).max() < 0.5


@pytest.mark.parametrize(
    ("run", "name", "sentence"),
    [
        ("vcc2016", "TF1", "already has a speaker TF1; give a name other than SF1, SF2"),
        ("vcc2016", "a/b", "'a/b': is no name of a speaker"),
        ("vcc2016", " ", "is no name of a speaker"),
        ("sample", "new", "holds no codebook, which adapting needs; `vconv export --run RUN --format voice --features"),
        ("{folder}", "new", "is a run folder, and adapting needs a voice file with a codebook; `vconv export"),
        ("none", "new", "no ready voice has this name"),
    ],
)
def test_mistakes_are_one_sentence(recordings, tmp_path, capsys, run, name, sentence):
    output = tmp_path / "new.vconv"
    run = run.format(folder=recordings)
    assert vconv_command("adapt", f"--run={run}", f"--speaker={name}", f"--output={output}", recordings) == 2
    err = capsys.readouterr().err
    assert sentence in err and err.count("\n") == 1 and not output.exists()


def test_a_name_that_is_no_voice_file_is_refused_before_the_work(recordings, capsys):
    assert vconv_command("adapt", "--run=vcc2016", "--speaker=new", "--output=new.wav", recordings) == 2
    assert "new.wav: is no name of a voice file; give a name that ends in .vconv" in capsys.readouterr().err


def test_the_file_is_a_run_for_other_commands(adapted):
    assert ready.open_run(adapted.voice.path).statistics().speakers[-1] == NAME
    assert VoiceConverter.load(adapted.voice.path).rate == RATE
