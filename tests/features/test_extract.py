"""Extraction: workers, resuming after interruptions, other settings, broken recordings, F0 ranges."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import h5py
import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import vconv
from vconv.audio import loudness, wav, world
from vconv.common import files
from vconv.common.errors import VconvError
from vconv.features import analysis, f0_ranges
from vconv.features.schema import array_types
from vconv.features.store import FeatureStore


def contents(path):
    """Return all data sets and attributes of an HDF5 file as name → bytes."""
    found = {}
    with h5py.File(path) as file:
        found |= {name: repr(value) for name, value in file.attrs.items()}
        file.visititems(
            lambda name, item: found.update(
                {name: np.asarray(item[()]).tolist() if item.dtype == object else item[()].tobytes()}
                if isinstance(item, h5py.Dataset)
                else {}
            )
        )
    return found


@pytest.fixture
def finished(corpus_yaml, tmp_path, inline, run):
    """The feature file of the corpus, extracted without interruption."""
    run(corpus_yaml, tmp_path / "finished.h5")
    return tmp_path / "finished.h5"


def test_worker_processes_store_the_analysis_of_world(corpus_yaml, tmp_path, run):
    report, lines = run(corpus_yaml, tmp_path / "f.h5")
    assert report == (12, 0, [], []) and len(lines) == 2 and not (tmp_path / "f.h5.parts").exists()
    with FeatureStore(tmp_path / "f.h5") as opened:
        assert opened.speakers == ["A", "B"]
        assert (opened.f0_range_hz[:, 0] < (120, 220)).all() and (opened.f0_range_hz[:, 1] > (124, 224)).all()
        for utterance in opened.utterances:
            folder = "eval" if utterance.split == "evaluation" else "train"
            y, rate = wav.read(tmp_path / "voices" / folder / utterance.speaker / f"{utterance.name}.wav", 16000)
            at_reference = loudness.to_reference_level(y, rate)[0]
            expected = world.analyze(at_reference, rate, *opened.f0_range_hz[opened.speakers.index(utterance.speaker)])
            stored = opened.read(utterance)
            assert utterance.samples == len(y) and utterance.length == len(expected.f0_hz)
            np.testing.assert_array_equal(stored.f0_hz, expected.f0_hz.astype(np.float32))
            spectrum = world.restore_energy(stored.spectrum, stored.energy)
            assert np.abs(10 * np.log10(spectrum / (expected.spectrum + 1e-10))).max() < 0.05
            aperiodicity = world.decode_aperiodicity(stored.aperiodicity, rate)
            np.testing.assert_allclose(aperiodicity, expected.aperiodicity, atol=1e-3)


def test_an_unusual_f0_range_is_told(corpus_yaml, tmp_path, inline, run, monkeypatch):
    _, lines = run(corpus_yaml, tmp_path / "f.h5")
    assert not any("unusual" in line for line in lines)
    monkeypatch.setattr(f0_ranges.f0, "find_range", lambda f0_hz: (50.0, 64.0))
    (tmp_path / "f.h5").unlink()
    _, lines = run(corpus_yaml, tmp_path / "f.h5")
    assert lines[0] == "A: F0 range 50 to 64 Hz"
    assert lines[1].startswith("A: the F0 range 50 to 64 Hz is unusual for speech: ") and "f0_range_hz" in lines[1]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 22), min_size=1, max_size=3))
def test_an_interrupted_and_resumed_extraction_equals_an_uninterrupted_one(
    corpus_yaml, finished, inline, run, interruptions
):
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "f.h5"
        for tasks in interruptions:
            inline(tasks)
            try:
                run(corpus_yaml, output)
            except KeyboardInterrupt:
                assert not output.exists()
        inline()
        run(corpus_yaml, output)
        assert contents(output) == contents(finished)
        assert os.listdir(folder) == ["f.h5"]


def test_utterances_analyzed_before_ctrl_c_are_not_analyzed_again(corpus_yaml, tmp_path, inline, run):
    inline(8 + 4)  # the wide pass takes the eight training utterances: one sentence is held out for validation
    with pytest.raises(KeyboardInterrupt):
        run(corpus_yaml, tmp_path / "f.h5")
    assert len(list((tmp_path / "f.h5.parts").glob("[!.]*.part"))) == 4
    inline(8)
    assert run(corpus_yaml, tmp_path / "f.h5")[0] == (8, 4, [], [])


def alive(group):
    """Return the running processes of a process group; a zombie does not run."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, process_group = stat.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(process_group) == group and state != "Z":
            found.append(stat.parent.name)
    return found


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGINT])
def test_kill_9_and_ctrl_c_lose_only_the_utterances_in_progress(
    corpus_yaml, finished, tmp_path, write_vowels, run, signal_number
):
    write_vowels(tmp_path / "voices/train/A", {f"x{n:02}.wav": 120 for n in range(30)})
    script = tmp_path / "script.py"
    script.write_text(
        "import signal, sys\nfrom vconv.corpus import recordings\nfrom vconv.features import extract\n"
        "if __name__ == '__main__':\n"
        # A shell lets background jobs ignore Ctrl-C.
        "    signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "    extract.extract(recordings.Corpus.load(sys.argv[1]), sys.argv[2], 2)"
    )
    output = tmp_path / "f.h5"
    process = subprocess.Popen(
        [sys.executable, script, corpus_yaml, output],
        start_new_session=True,
        env=os.environ | {"PYTHONPATH": str(Path(vconv.__file__).parents[1])},
        stderr=subprocess.DEVNULL,
    )
    try:
        while len(list(Path(f"{output}.parts").glob("[!.]*.part"))) < 5 and process.poll() is None:
            time.sleep(0.01)
        # Ctrl-C reaches the workers too, as in a terminal.
        (os.kill if signal_number == signal.SIGKILL else os.killpg)(process.pid, signal_number)
        assert process.wait(20) == -signal_number and not output.exists()
    finally:
        process.kill()
    deadline = time.monotonic() + 20
    while Path("/proc").is_dir() and alive(process.pid):
        assert time.monotonic() < deadline, "workers outlived the parent"
        time.sleep(0.05)
    kept = len(list(Path(f"{output}.parts").glob("[!.]*.part")))
    report, _ = run(corpus_yaml, output)
    assert report == (42 - kept, kept, [], [])
    run(corpus_yaml, tmp_path / "uninterrupted.h5")
    assert contents(output) == contents(tmp_path / "uninterrupted.h5") and not Path(f"{output}.parts").exists()


def test_a_complete_file_is_not_written_again(corpus_yaml, finished, run):
    before = finished.stat().st_ino, finished.stat().st_mtime_ns
    report, lines = run(corpus_yaml, finished)
    assert report == (0, 12, [], []) and lines == [f"{finished}: complete already, nothing to do"]
    assert (finished.stat().st_ino, finished.stat().st_mtime_ns) == before


def test_only_new_and_replaced_recordings_are_analyzed(corpus_yaml, finished, tmp_path, write_vowels, run):
    write_vowels(tmp_path / "voices/train/A", {"5.wav": 125})
    write_vowels(tmp_path / "voices/train/B", {"0.wav": 230}, seconds=0.4)
    (tmp_path / "voices/train/B/4.wav").unlink()
    before = FeatureStore(finished)
    assert run(corpus_yaml, finished)[0] == (2, 10, [], [])
    after = FeatureStore(finished)
    names = {(row.speaker, row.name): row for row in after.utterances}
    assert len(names) == 12 and names["B", "0"].samples == 6400 and ("B", "4") not in names
    np.testing.assert_array_equal(after.f0_range_hz, before.f0_range_hz)
    for row in before.utterances:
        if (row.speaker, row.name) not in {("B", "0"), ("B", "4")}:
            old, new = before.read_all(row), after.read_all(names[row.speaker, row.name])
            assert list(new) == [*array_types(["frames", "wave", "copy_synthesis"])]
            assert all(np.array_equal(old[name], new[name]) for name in new)
    assert after.fingerprint != before.fingerprint


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"frame_period_ms": 10.0}, "frame_period_ms 5.0, but now 10.0 is asked for"),
        ({"sample_rate": 22050}, "sample_rate 16000, but now 22050 is asked for"),
        ({"f0_range_hz": {"A": [60, 200]}}, "f0_range_hz {}, but now {'A': .*} is asked for"),
        ({"contents": ["wave", "frames"]}, r"contents \['frames', .*\], but now \['frames', 'wave'\] is asked for"),
    ],
)
def test_other_settings_are_refused(corpus_yaml, finished, tmp_path, inline, run, change, message):
    with pytest.raises(VconvError, match=f"finished.h5: was made with {message}; choose another --output, or delete"):
        run(corpus_yaml, finished, change)
    inline(14)
    with pytest.raises(KeyboardInterrupt):
        run(corpus_yaml, tmp_path / "f.h5")
    with pytest.raises(VconvError, match=f"f.h5.parts: was made with {message}; choose another --output, or delete"):
        run(corpus_yaml, tmp_path / "f.h5", change)


def test_an_f0_range_in_corpus_yaml_is_used(corpus_yaml, tmp_path, inline, run):
    _, lines = run(corpus_yaml, tmp_path / "f.h5", {"f0_range_hz": {"B": [180, 199]}})
    opened = FeatureStore(tmp_path / "f.h5")
    assert opened.f0_range_hz[1].tolist() == [180, 199] and len(lines) == 1
    f0_hz = opened.frame_arrays["f0_hz"][[row.start + 20 for row in opened.utterances if row.speaker == "B"]]
    assert not (f0_hz > 210).any()  # F0 is 220 Hz and more, above the range


def test_broken_recordings_are_listed_and_the_others_extracted(corpus_yaml, tmp_path, inline, run):
    train = tmp_path / "voices/train/A"
    (train / "0.wav").write_text("this is no sound")
    soundfile.write(train / "1.wav", np.full(4000, np.nan), 16000, subtype="FLOAT")
    soundfile.write(train / "2.wav", np.zeros(100), 16000)
    loud = 1e30 * np.random.default_rng(0).standard_normal(8000)  # energy beyond float32
    soundfile.write(train / "7.wav", loud, 16000, subtype="FLOAT")
    soundfile.write(train / "8.wav", np.zeros(8000), 16000)
    report, _ = run(corpus_yaml, tmp_path / "f.h5")
    assert [path.name for path, _ in report.failures] == ["0.wav", "1.wav", "2.wav", "7.wav", "8.wav"]
    assert report.failures[-1][1] == "is silent; remove it or record it again"
    assert all(reason and "\n" not in reason and str(train) not in reason for _, reason in report.failures)
    assert report[:2] == (9, 0)
    opened = FeatureStore(tmp_path / "f.h5")
    assert [failure[:3] for failure in opened.failures] == [("A", "training", name) for name in "01278"]
    assert len(opened.utterances) == 9
    ino = (tmp_path / "f.h5").stat().st_ino
    assert run(corpus_yaml, tmp_path / "f.h5")[1] == [f"{tmp_path / 'f.h5'}: complete already, nothing to do"]
    assert (tmp_path / "f.h5").stat().st_ino == ino
    shutil.copy(train / "3.wav", train / "0.wav")  # repaired
    assert run(corpus_yaml, tmp_path / "f.h5")[0][:2] == (1, 9)


def test_a_recording_that_would_not_fit_into_the_memory_is_listed_and_the_others_extracted(
    corpus_yaml, tmp_path, inline, run, monkeypatch
):
    """Its samples are counted while they are read; ten seconds stand for an hour."""
    monkeypatch.setattr(wav, "LONGEST_UTTERANCE_S", 6.0)
    noise = np.random.default_rng(0).normal(0, 0.1, 10 * 16000)
    soundfile.write(tmp_path / "voices/train/A/0.wav", noise, 16000)
    report, _ = run(corpus_yaml, tmp_path / "f.h5")
    ((path, reason),) = report.failures
    assert path.name == "0.wav" and reason.startswith("is longer than 0.1 minutes") and report.done > 0


@pytest.mark.parametrize("error", [MemoryError(), ValueError("strange"), KeyError("x")])
def test_whatever_goes_wrong_with_a_recording_the_others_are_extracted(
    corpus_yaml, tmp_path, inline, run, monkeypatch, error
):
    analyze, calls = analysis.analyze, []

    def failing(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise error
        return analyze(*arguments)

    monkeypatch.setattr(analysis, "analyze", failing)
    report, _ = run(corpus_yaml, tmp_path / "f.h5", {"f0_range_hz": {"A": [80, 200], "B": [150, 300]}})
    assert report[:2] == (11, 0) and len(report.failures) == 1 and len(FeatureStore(tmp_path / "f.h5").utterances) == 11


def test_oddities_that_were_mended_are_told(corpus_yaml, tmp_path, inline, run):
    path = tmp_path / "voices/train/A/1.wav"
    y = soundfile.read(path)[0]
    soundfile.write(path, np.stack([y, -y], axis=1), 16000)
    report, lines = run(corpus_yaml, tmp_path / "f.h5")
    assert not report.failures and f"{path}: its channels cancel each other, so channel 1 is used" in lines


def test_a_recording_that_is_edited_in_place_is_analyzed_again(corpus_yaml, finished, tmp_path, run):
    before, path = FeatureStore(finished), tmp_path / "voices/train/A/0.wav"
    status = path.stat()
    shutil.copy(tmp_path / "voices/train/A/1.wav", path)
    assert path.stat().st_size == status.st_size
    assert run(corpus_yaml, finished)[0] == (1, 11, [], [])
    after = FeatureStore(finished)
    assert after.fingerprint != before.fingerprint
    np.testing.assert_array_equal(after.read_wave(after.utterances[1]), after.read_wave(after.utterances[2]))


def test_features_of_an_edited_recording_never_have_the_fingerprint_of_before(tmp_path, inline, run, write_vowels):
    (tmp_path / "corpus.yaml").write_text("f0_range_hz: {A: [80, 200]}")
    found = []
    for f0_hz in 120.0, 140.0, 140.0:
        write_vowels(tmp_path, {"A/1.wav": f0_hz})
        run(tmp_path / "corpus.yaml", tmp_path / f"{len(found)}.h5")
        found.append(FeatureStore(tmp_path / f"{len(found)}.h5").fingerprint)
    assert found[0] != found[1] == found[2]


def test_a_recording_that_is_only_touched_or_copied_is_the_same(corpus_yaml, finished, tmp_path, run, monkeypatch):
    os.utime(tmp_path / "voices/train/A/0.wav", ns=(1, 1))
    report, lines = run(corpus_yaml, finished)
    assert report == (0, 12, [], []) and lines == [f"{finished}: complete already, nothing to do"]
    read = []
    monkeypatch.setattr(files, "digest", lambda path: read.append(path.name) or "0" * 32)
    run(corpus_yaml, finished)
    assert read == ["0.wav"], "what has the size and time of before is not read"


def test_a_corpus_of_broken_recordings_is_refused_and_nothing_written(tmp_path, inline, run):
    (tmp_path / "A").mkdir()
    (tmp_path / "A/1.wav").write_text("text")
    (tmp_path / "corpus.yaml").touch()
    with pytest.raises(VconvError, match="A: no F0 range can be found in 1 training recordings .*1.wav"):
        run(tmp_path / "corpus.yaml", tmp_path / "f.h5")
    with pytest.raises(VconvError, match="none of 1 recordings could be analyzed; the first: .*1.wav"):
        run(tmp_path / "corpus.yaml", tmp_path / "f.h5", {"f0_range_hz": {"A": [50, 200]}})
    assert sorted(os.listdir(tmp_path)) == ["A", "corpus.yaml"]


def test_a_silent_speaker_is_refused_because_no_f0_range_can_be_found(tmp_path, inline, run):
    (tmp_path / "A").mkdir()
    soundfile.write(tmp_path / "A/1.wav", np.zeros(8000), 16000)
    (tmp_path / "corpus.yaml").touch()
    with pytest.raises(VconvError, match="^A: no F0 range can be found"):
        run(tmp_path / "corpus.yaml", tmp_path / "f.h5")


def test_recordings_of_any_rate_channels_format_and_name_are_extracted(tmp_path, inline, run, write_vowels):
    folder = tmp_path / "Zoë B"
    write_vowels(tmp_path, {"Zoë B/a_b c.wav": 150}, rate=44100, seconds=0.5)
    mono = soundfile.read(folder / "a_b c.wav")[0]
    soundfile.write(folder / "ü 1.FLAC", np.stack([mono, mono], axis=1), 44100)
    soundfile.write(folder / "o.ogg", mono, 44100)
    (tmp_path / "corpus.yaml").write_text("splits: {validation: {utterances: [o]}, training: {}}")
    run(tmp_path / "corpus.yaml", tmp_path / "f.h5")
    opened = FeatureStore(tmp_path / "f.h5")
    assert [(row.split, row.name, row.samples) for row in opened.utterances] == [
        ("training", "a_b c", 8000),
        ("training", "ü 1", 8000),
        ("validation", "o", 8000),
    ]
    assert opened.speakers == ["Zoë B"]
    for row in opened.utterances:
        f0_hz = opened.read(row).f0_hz
        assert np.median(f0_hz[f0_hz > 0]) == pytest.approx(150, rel=0.01) and (f0_hz > 0).mean() > 0.8


def test_after_a_full_disk_the_finished_utterances_are_kept(corpus_yaml, tmp_path, inline, run, monkeypatch):
    saved, replace = [], os.replace

    def full_after_three(temporary, path):
        if path.suffix == ".part":
            if len(saved) == 3:
                raise OSError(errno.ENOSPC, "")
            saved.append(path)
        replace(temporary, path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full_after_three)
        with pytest.raises(VconvError, match=f"f.h5.parts/.*: cannot be written .{os.strerror(errno.ENOSPC)}.*is kept"):
            run(corpus_yaml, tmp_path / "f.h5")
    assert run(corpus_yaml, tmp_path / "f.h5")[0] == (9, 3, [], [])


def test_a_truncated_part_is_analyzed_again(corpus_yaml, finished, tmp_path, inline, run):
    inline(8 + 4)
    with pytest.raises(KeyboardInterrupt):
        run(corpus_yaml, tmp_path / "f.h5")
    whole = sorted((tmp_path / "f.h5.parts").glob("[!.]*.part"))
    for number, part in enumerate(whole[:2]):
        part.write_bytes(part.read_bytes()[: 1000 * number])
    (tmp_path / ".unfinished-1-1-f.h5").touch()  # killed while it wrote the feature file
    (tmp_path / ".unfinished-1-1-other.h5").touch()
    inline()
    assert run(corpus_yaml, tmp_path / "f.h5")[0] == (10, 2, [], [])
    assert contents(tmp_path / "f.h5") == contents(finished)
    assert [path.name for path in tmp_path.glob(".*")] == [".unfinished-1-1-other.h5"]


def test_the_f0_range_is_found_from_few_utterances_spread_evenly(tmp_path, inline, run, write_vowels, monkeypatch):
    write_vowels(tmp_path, {f"A/{n:02}.wav": 150 for n in range(50)}, seconds=0.05)
    (tmp_path / "corpus.yaml").write_text("splits: {validation: {utterances: ['49']}, training: {}}")
    analyzed = []
    monkeypatch.setattr(f0_ranges, "_wide_f0", lambda path, *_: analyzed.append(path.stem) or np.full(9, 150.0))
    run(tmp_path / "corpus.yaml", tmp_path / "f.h5")
    assert len(analyzed) == f0_ranges.WIDE_PASS_UTTERANCES and analyzed[0] == "00" and analyzed[-1] == "48"
    assert max(np.diff(np.array(analyzed, int))) <= 3
