"""The codebook: segments of each speaker, as many as fit, stored in a voice file and read back."""

import numpy as np
import pytest
import yaml
from small import SPEAKERS, changes_for, write_pairs, write_store

from vconv.alignment.frames import AlignmentFrames
from vconv.common.errors import VconvError
from vconv.conversion.converter import VoiceConverter
from vconv.features import statistics
from vconv.features.store import FeatureStore
from vconv.training.train import train
from vconv.voices import codebook, container, ready
from vconv.voices.pack import pack
from vconv.voices.voice_file import FACTS, VoiceFile, to_npy


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """A store and its statistics; each speaker has training utterances of 150 and 20 frames of 10 ms."""
    with FeatureStore(write_store(tmp_path_factory.mktemp("codebook") / "features.h5", (300, 40))) as store:
        yield store, statistics.compute(store)


FRAME_BYTES = 2 * (27 + 40) + 1


def parts(book):
    """Return the slices of the segments."""
    return [slice(*ends) for ends in zip(book.start, [*book.start[1:], len(book.content)], strict=True)]


def test_without_a_limit_it_holds_all_segments_of_the_training_utterances(corpus):
    store, known = corpus
    book, frames = codebook.sample(*corpus), AlignmentFrames(store, known)
    assert [part.stop - part.start for part in parts(book)] == [64, 64, 20] * 3, "less than half a segment is left out"
    assert [SPEAKERS[number] for number in book.speaker] == sorted(SPEAKERS[number] for number in book.speaker)
    numbers = np.flatnonzero(frames.training)
    by_content = {frames.content[number].astype(np.float16).tobytes(): number for number in numbers}
    found = np.array([by_content[content.tobytes()] for content in book.content])
    np.testing.assert_array_equal(book.acoustic, frames.acoustic[found].astype(np.float16))
    np.testing.assert_array_equal(book.speech, frames.speech[found])
    for part, speaker in zip(parts(book), book.speaker, strict=True):
        inside = found[part]
        assert (np.diff(inside) == 1).all(), "frames of a segment follow each other"
        assert (frames.speaker[inside] == speaker).all() and len(set(frames.first[inside])) == 1


@pytest.mark.parametrize("segments", [1, 2])
def test_the_limit_gives_each_speaker_the_same_share(corpus, segments):
    limit = segments * codebook.SEGMENT_FRAMES * FRAME_BYTES * 3
    book = codebook.sample(*corpus, limit)
    assert sum(array.nbytes for array in book[:3]) <= limit
    assert np.bincount(book.speaker).tolist() == [segments] * 3


def test_other_features_are_refused(corpus):
    store, known = corpus
    other = statistics.Statistics(**{**vars(known), "fingerprint": "x"})
    with pytest.raises(VconvError, match="are other features than those the run was trained on"):
        codebook.sample(store, other)


def test_a_voice_of_matched_holds_transforms_and_codebook_and_converts_to_the_bit(
    corpus, tmp_path, eager, light_epochs
):
    store, known = corpus
    write_pairs(store)
    shrunk = changes_for("matched")
    shrunk["training"] |= {"segments_per_epoch": 16, "epochs": 1}
    train("matched", store, known, {"root": "x"}, tmp_path / "run", shrunk, lambda _: None)
    book = codebook.sample(*corpus)
    pack(tmp_path / "run", tmp_path / "a.vconv", frames=book)
    voice = VoiceFile(tmp_path / "a.vconv")
    assert voice.facts["codebook"] == {"version": codebook.VERSION, "frames": len(book.content)}
    for found, expected in zip(voice.codebook(), book, strict=True):
        np.testing.assert_array_equal(found, expected)
    run, packed = VoiceConverter.load(tmp_path / "run"), VoiceConverter.load(tmp_path / "a.vconv")
    np.testing.assert_array_equal(packed.spectral.transforms, run.spectral.transforms)
    y = 0.1 * np.random.default_rng(0).standard_normal(8000)
    np.testing.assert_array_equal(packed.convert(y, "Cy_2", "Ann")[0], run.convert(y, "Cy_2", "Ann")[0])
    voice.facts["codebook"]["version"] = 99
    with pytest.raises(
        VconvError, match="a.vconv: has version 99 of the codebook, this vconv reads versions 1 and 2; pack"
    ):
        voice.codebook()


def test_version_1_is_read_as_the_speakers_own_features(corpus, tmp_path):
    book, voice = codebook.sample(*corpus), ready.open_run("vcc2016")
    frame_speaker, frames = np.repeat(book.speaker, np.diff([*book.start, len(book.content)])), len(book.content)
    own = frame_speaker, np.arange(frames)
    acoustic = np.random.default_rng(0).normal(size=(3, frames, 40)).astype(np.float16)
    weight = np.full((3, frames), 7, np.uint8)
    acoustic[own], weight[own] = book.acoustic, book.speech
    stored = {name: getattr(book, name) for name in ("content", "start", "speaker")}
    stored |= {"acoustic": acoustic, "weight": weight}
    facts = voice.facts | {"codebook": {"version": 1, "frames": frames}}
    members = {name: content for name, content in voice.members().items() if not name.startswith("codebook/")}
    members |= {FACTS: yaml.safe_dump(facts).encode()}
    members |= {f"codebook/{name}.npy": to_npy(array) for name, array in stored.items()}
    container.write(tmp_path / "old.vconv", members)
    for found, expected in zip(VoiceFile(tmp_path / "old.vconv").codebook(), book, strict=True):
        np.testing.assert_array_equal(found, expected)
