"""The codebook: aligned segments of each speaker, as many as fit, stored in a voice file and read back."""

import numpy as np
import pytest
from small import SPEAKERS, changes_for, write_pairs, write_store

from vconv.alignment.frame_pairs import open_for
from vconv.alignment.frames import AlignmentFrames
from vconv.common.errors import VconvError
from vconv.conversion.converter import VoiceConverter
from vconv.features import statistics
from vconv.features.store import FeatureStore
from vconv.training.train import train
from vconv.voices import codebook
from vconv.voices.pack import pack
from vconv.voices.voice_file import VoiceFile


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """A store, its frame pairs and statistics; each speaker has training utterances of 150 and 20 frames of 10 ms."""
    with FeatureStore(write_store(tmp_path_factory.mktemp("codebook") / "features.h5", (300, 40))) as store:
        write_pairs(store)
        with open_for(store) as pairs:
            yield store, pairs, statistics.compute(store)


def frame_bytes(store):
    return 2 * (27 + 40 * len(store.speakers)) + len(store.speakers)


def parts(book):
    """Return the slices of the segments."""
    return [slice(*ends) for ends in zip(book.start, [*book.start[1:], len(book.content)], strict=True)]


def test_without_a_limit_it_holds_all_segments_of_the_training_utterances(corpus):
    store, pairs, known = corpus
    book, frames = codebook.sample(*corpus), AlignmentFrames(store, known)
    assert [part.stop - part.start for part in parts(book)] == [64, 64, 20] * 3, "less than half a segment is left out"
    assert [SPEAKERS[number] for number in book.speaker] == sorted(SPEAKERS[number] for number in book.speaker)
    numbers = np.flatnonzero(frames.training)
    by_content = {frames.content[number].astype(np.float16).tobytes(): number for number in numbers}
    found = np.array([by_content[content.tobytes()] for content in book.content])
    np.testing.assert_array_equal(book.acoustic, pairs.matched[:, found])
    np.testing.assert_array_equal(book.weight, pairs.weight[:, found])
    for part, speaker in zip(parts(book), book.speaker, strict=True):
        inside = found[part]
        assert (np.diff(inside) == 1).all(), "frames of a segment follow each other"
        assert (frames.speaker[inside] == speaker).all() and len(set(frames.first[inside])) == 1


@pytest.mark.parametrize("segments", [1, 2])
def test_the_limit_gives_each_speaker_the_same_share(corpus, segments):
    limit = segments * codebook.SEGMENT_FRAMES * frame_bytes(corpus[0]) * 3
    book = codebook.sample(*corpus, limit)
    assert sum(array.nbytes for array in book[:3]) <= limit
    assert np.bincount(book.speaker).tolist() == [segments] * 3


def test_other_features_are_refused(corpus):
    store, pairs, known = corpus
    other = statistics.Statistics(**{**vars(known), "fingerprint": "x"})
    with pytest.raises(VconvError, match="are other features than those the run was trained on"):
        codebook.sample(store, pairs, other)


def test_a_voice_of_matched_holds_transforms_and_codebook_and_converts_to_the_bit(
    corpus, tmp_path, eager, light_epochs
):
    store, _, known = corpus
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
    with pytest.raises(VconvError, match="a.vconv: has version 99 of the codebook, this vconv reads version 1"):
        voice.codebook()
