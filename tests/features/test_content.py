"""Content encoders: found by name, recorded with their version, and a new one is one file."""

import contextlib
import importlib
import sys
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
import quick
import soundfile
from small import changes_for
from tiny import CORPUS, write_recordings

from vconv.audio import loudness, wav
from vconv.commands import cli
from vconv.common.errors import VconvError
from vconv.engines import engine
from vconv.features import content
from vconv.features.content.interface import ContentEncoder
from vconv.features.store import FeatureStore
from vconv.training.run_folder import RunFolder

VERSION, SIZE = 3, 5
FROM_FRAMES = '''"""Content from the frames alone: four normalized acoustic features and voicing."""

import numpy as np

from vconv.features.content.interface import ContentEncoder


class Content(ContentEncoder):
    """Five numbers for each frame."""

    name, version, size = "from_frames", 3, 5
    alignment_weights = np.ones(5, np.float32)

    def encode(self, acoustic, frames, mean, std):
        """Return the content [T, 5]."""
        normalized = ((acoustic - mean) / std)[:, :4]
        return np.concatenate([normalized, (frames.f0_hz > 0)[:, None]], axis=1).astype(np.float32)
'''
FROM_SIGNAL = '''"""Content from the signal: its level and its zero crossings, computed once and stored."""

import numpy as np

from vconv.features.content.interface import ContentEncoder


class Content(ContentEncoder):
    """Five numbers for each frame, two of them stored."""

    name, version, size = "from_signal", 3, 5
    alignment_weights = np.ones(5, np.float32)

    def extract(self, y, rate, frames):
        """Return the level of the signal around each frame and its zero crossings, [T, 2]."""
        pieces = np.array_split(y, len(frames.energy))
        level = [np.log10(np.abs(piece).mean() + 1e-6) for piece in pieces]
        crossings = [np.mean(piece[1:] * piece[:-1] < 0) for piece in pieces]
        return np.stack([level, crossings], axis=1).astype(np.float32)

    def encode(self, acoustic, frames, mean, std):
        """Return the content [T, 5]."""
        assert frames.content.shape == (len(acoustic), 2)
        return np.concatenate([((acoustic - mean) / std)[:, :3], frames.content], axis=1).astype(np.float32)
'''
ENCODERS = {"from_frames": FROM_FRAMES, "from_signal": FROM_SIGNAL}


class InThisProcess(ThreadPoolExecutor):
    """One thread in place of worker processes, in which the package would not have the tests' folder."""

    def __init__(self, jobs):
        super().__init__(1)


@contextlib.contextmanager
def new_encoder(name, folder):
    """Write the encoder `name` and a small corpus that names it into `folder`; yield their paths.

    Within the block vconv finds the encoder.
    """
    (folder / "encoders").mkdir()
    (folder / "encoders" / f"{name}.py").write_text(ENCODERS[name])
    write_recordings(folder / "recordings", training=2, evaluation=1)
    corpus = folder / "corpus.yaml"
    corpus.write_text(f"content_encoder: {name}\n{CORPUS}", encoding="utf-8")
    importlib.invalidate_caches()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(content, "__path__", [*content.__path__, str(folder / "encoders")])
            patch.setattr(engine, "worker_pool", InThisProcess)
            yield SimpleNamespace(
                name=name,
                corpus=corpus,
                features=folder / "dump" / "features.h5",
                run=folder / "run",
                recordings=folder / "recordings",
                identity={"name": name, "version": VERSION},
            )
    finally:
        sys.modules.pop(f"{content.__name__}.{name}", None)
        vars(content).pop(name, None)


@pytest.fixture(scope="module", params=["from_frames", "from_signal"])
def new(request, tmp_path_factory):
    """A content encoder that is one file outside the package, with extracted features and their frame pairs."""
    with new_encoder(request.param, tmp_path_factory.mktemp("content é")) as found:
        assert vconv("extract", f"--corpus={found.corpus}", "--jobs=1") == 0
        assert vconv("match", f"--corpus={found.corpus}", "--set=adaptation.rounds=1") == 0
        yield found


@pytest.fixture(scope="module")
def trained(new):
    """As `new`, with a run of `matched`."""
    assert train(new, new.run, "--set=training.consistency=0") == 0
    return new


def vconv(*arguments):
    """Run the command here and return its exit status."""
    return cli.main([str(argument) for argument in arguments])


def train(new, run, *more):
    """Run `vconv train matched` with small settings and return its exit status."""
    changes = changes_for("matched", {"network": {}, "training": {"batch_size": 8, "epochs": 1}})
    settings = [f"--set={section}.{key}={value}" for section in changes for key, value in changes[section].items()]
    with quick.eager(), quick.light_epochs():
        return vconv("train", "matched", f"--corpus={new.corpus}", f"--run={run}", *settings, *more)


# The encoders of the package


@pytest.mark.parametrize("name", content.names())
def test_an_encoder_is_what_its_module_is_called_and_weighs_each_number(name):
    encoder = content.encoder(name)
    assert isinstance(encoder, ContentEncoder) and encoder.identity == {"name": name, "version": encoder.version}
    assert encoder.alignment_weights.shape == (encoder.size,) and encoder.alignment_weights.dtype == np.float32
    assert 0 <= encoder.transformed <= min(encoder.size, 24)


def test_the_default_is_one_of_them():
    assert content.DEFAULT in content.names() and "interface" not in content.names()


def test_an_unknown_name_and_another_version_are_one_sentence():
    with pytest.raises(VconvError, match="^content_encoder: 'phones' is not allowed; choose one of: .*mel_cepstrum$"):
        content.encoder("phones")
    with pytest.raises(VconvError, match="^the content mel_cepstrum of these features has version 0, .* train again$"):
        content.encoder_of({"content_encoder": {"name": "mel_cepstrum", "version": 0}})


# A new one


@pytest.mark.slow
def test_name_and_version_are_recorded_with_features_and_run(trained):
    with FeatureStore(trained.features) as store:
        assert store.settings["content_encoder"] == trained.identity
    folder = RunFolder(trained.run)
    assert folder.settings()["features"]["content_encoder"] == trained.identity
    assert folder.statistics().settings["content_encoder"] == trained.identity
    assert folder.build_model().converter.input[0].shape == (None, None, SIZE)


@pytest.mark.slow
def test_recordings_of_known_and_unseen_speakers_are_converted(trained, tmp_path):
    recordings = trained.recordings / "eval" / "bob"
    for source in ["--source=bob"], []:
        output = tmp_path / f"converted {len(source)}"
        options = f"--run={trained.run}", "--target=Zoë M", f"--output={output}"
        assert vconv("convert", *options, *source, recordings) == 0
        (path,) = output.iterdir()
        assert path.name == "é 1.wav" and 1e-3 < np.abs(soundfile.read(path)[0]).max() < 1


@pytest.mark.slow
def test_features_and_run_of_another_version_are_refused_in_one_sentence(trained, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(type(content.encoder(trained.name)), "version", VERSION + 1)
    for command in "extract", "match":
        assert vconv(command, f"--corpus={trained.corpus}") == 2
        err = capsys.readouterr().err
        assert err.startswith(f"vconv: {trained.features}: was made with ") and err.count("\n") == 1
        assert "content_encoder" in err
    options = f"--run={trained.run}", "--target=bob", f"--output={tmp_path / 'out'}"
    assert vconv("convert", *options, trained.recordings / "eval" / "bob") == 2
    assert capsys.readouterr().err == (
        f"vconv: the content {trained.name} of these features has version 3, this vconv computes version 4; "
        "extract, match and train again\n"
    )
    assert not (tmp_path / "out").exists()


def test_the_consistency_loss_is_refused_where_content_does_not_follow_from_acoustic_features(new, tmp_path, capsys):
    assert train(new, tmp_path / "run") == 2
    err = capsys.readouterr().err
    assert err.startswith(
        "vconv: matched: training.consistency needs a content that can be computed from acoustic features"
    )
    assert err.endswith("; give --set training.consistency=0\n") and err.count("\n") == 1


def test_what_an_encoder_computes_from_the_signal_is_stored_with_the_frames(tmp_path):
    with new_encoder("from_signal", tmp_path) as new:
        assert vconv("extract", f"--corpus={new.corpus}", "--jobs=1") == 0
        with FeatureStore(new.features) as store:
            utterance = store.split("training")[0]
            frames = store.read(utterance)
        path = new.recordings / "train" / utterance.speaker / f"{utterance.name}.wav"
        y, _ = loudness.to_reference_level(wav.read(path, 16000)[0], 16000)
        computed = content.encoder(new.name).extract(y, 16000, frames)
        assert frames.content.dtype == np.float32 and np.ptp(frames.content, axis=0).min() > 0
        np.testing.assert_array_equal(frames.content, computed)
