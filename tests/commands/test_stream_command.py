"""`vconv stream` in a pipe: the form of what comes out, its bytes, its end, and what it says."""

import os
import pty
import select
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
import soundfile
from calls import PROGRAM
from voice import voice
from wav_bytes import fmt, wav

from vconv.common.extras import EXTRAS
from vconv.streaming import pcm, wav_header

VOICE = ["--run=sample", "--target=slt"]
SECONDS = 0.6
REAL_FFMPEG = shutil.which("ffmpeg")


def speech(rate=16000, seconds=SECONDS):
    """Return a voice [samples] at `rate` Hz."""
    return voice(110 + 20 * np.sin(np.arange(int(seconds * rate)) * 9 / rate), seconds, rate)


def start(*arguments, before="", **streams):
    """Start the command in its own process, after the statements `before`; Ctrl-C works wherever the tests run."""
    pipes = {name: subprocess.PIPE for name in ("stdin", "stdout", "stderr")} | streams
    return subprocess.Popen([sys.executable, "-c", before + PROGRAM, "stream", *arguments], **pipes)


def converted(data, *arguments, status=0):
    """Return what comes out and what is said when the bytes `data` come in."""
    process = start(*VOICE, *arguments)
    out, err = process.communicate(data, timeout=60)
    assert process.returncode == status and b"Traceback" not in err, err
    return out, err.decode()


def ready(process, seconds=60):
    """Return the bytes that the process has written, waiting until there are some."""
    assert select.select([process.stdout], [], [], seconds)[0], "no output"
    return os.read(process.stdout.fileno(), 1 << 16)


@pytest.mark.parametrize(
    "rate, encoding, channels", [(8000, "s16le", 1), (16000, "f32le", 1), (44100, "s16le", 2), (48000, "f32le", 2)]
)
def test_raw_in_is_raw_out_of_the_same_rate_encoding_and_length(rate, encoding, channels):
    y = speech(rate)
    data = pcm.encode(np.repeat(y, channels), encoding)
    out, err = converted(data, f"--rate={rate}", f"--encoding={encoding}", f"--channels={channels}")
    result = pcm.decode(out, encoding)
    assert len(result) == len(y) and 0.003 < np.sqrt(np.mean(result**2)) < 0.5
    assert f"input raw PCM, {rate} Hz, {encoding}, {channels} channel" in err
    assert np.corrcoef(result, y)[0, 1] < 0.9, "it is another voice"


@pytest.mark.parametrize(
    "rate, channels, bits, codec, encoding",
    [(8000, 1, 24, 1, "s24le"), (44100, 2, 16, 1, "s16le"), (48000, 1, 32, 3, "f32le")],
)
def test_wav_in_is_wav_out_that_says_that_it_is_converted(rate, channels, bits, codec, encoding, tmp_path):
    data = pcm.encode(np.repeat(speech(rate), channels), encoding)
    out, err = converted(wav(data, fmt(rate, channels, bits, codec), size=0xFFFFFFFF, riff_size=0xFFFFFFFF))
    header = wav_header.parse(out)
    assert header.form == (rate, encoding, 1) and len(out) - header.begin == len(data) // channels
    (tmp_path / "out.wav").write_bytes(out)
    with soundfile.SoundFile(tmp_path / "out.wav") as file:
        assert file.title == "Voice converted from an unseen speaker to slt"
        assert "by the model matched (sample) of vconv" in file.comment
    assert f"input WAV, {rate} Hz, {encoding}, {channels} channel" in err


def test_how_the_bytes_come_changes_no_byte_and_the_first_come_out_before_the_last_go_in():
    data = wav(pcm.encode(speech(seconds=1.5), "s16le"))
    whole, _ = converted(data, "--source=rms")
    process, written = start(*VOICE, "--source=rms", stderr=subprocess.DEVNULL), [b""]
    generator, at = np.random.default_rng(0), 0
    while at < len(data):
        size = int(generator.choice([1, 3, 100, 2001, 20_000]))
        process.stdin.write(data[at : at + size])
        process.stdin.flush()
        at += size
    while len(b"".join(written)) < len(whole) - 0.5 * 32000:  # the rest is the latency
        written.append(ready(process))
    process.stdin.close()
    while data := ready(process):
        written.append(data)
    assert process.wait(60) == 0 and b"".join(written) == whole


def test_the_latency_is_told_term_by_term_and_the_voice_by_name():
    lines = converted(bytes(3200))[1].splitlines()
    assert lines[0].startswith("converting by the voice sample (") and lines[0].endswith(") to slt")
    ms, terms = lines[1].removeprefix("latency ").rstrip(")").split(" ms (")
    assert float(ms) == pytest.approx(sum(float(term.split()[-1]) for term in terms.split(", ")), abs=1)


def test_no_package_of_an_extra_is_needed():
    packages = [package for extra in EXTRAS.values() for package in extra]
    process = start(*VOICE, before=f"import sys; sys.modules.update(dict.fromkeys({packages})); ")
    out, err = process.communicate(bytes(16000), timeout=60)
    assert process.returncode == 0 and len(out) == 16000, err


def test_a_reader_that_goes_away_ends_it_quietly():
    process = start(*VOICE)
    process.stdout.close()
    process.stdin.write(bytes(64000))
    process.stdin.flush()
    assert process.wait(60) == 0
    err = process.stderr.read().decode()
    process.stdin.close()
    assert "vconv: " not in err and "Error" not in err and "note" not in err


def test_ctrl_c_ends_it_with_130_and_whole_samples():
    process = start(*VOICE, "--encoding=f32le")
    process.stdin.write(bytes(64000 * 2))
    process.stdin.flush()
    out = ready(process)
    process.send_signal(signal.SIGINT)
    rest, err = process.communicate(timeout=60)
    assert process.returncode == 130 and err.endswith(b"\nvconv: interrupted\n") and b"Traceback" not in err
    assert len(out + rest) % 4 == 0


def test_samples_that_are_no_numbers_are_told_once_and_do_not_come_out():
    y = speech()
    y[[100, 5000]] = np.nan, np.inf
    out, err = converted(pcm.encode(y, "f32le"), "--encoding=f32le")
    result = pcm.decode(out, "f32le")
    assert len(result) == len(y) and np.isfinite(result).all() and err.count("note: ") == 1 and "NaN" in err


def test_a_header_that_says_too_few_or_too_many_samples_is_told():
    data = pcm.encode(speech(), "s16le")
    for size, words in (1000, "but more come"), (10**6, "but it ended after"):
        out, err = converted(wav(data, size=size, riff_size=size + 36) + b"\0")
        assert len(out) - wav_header.parse(out).begin == len(data) and err.count("note: ") == 2
        assert words in err and "note: the input ends within a sample" in err


def test_an_empty_input_gives_an_empty_output():
    out, err = converted(b"")
    assert out == b"" and "note: the input holds no samples\n" in err


@pytest.mark.parametrize(
    "arguments, data, sentence",
    [
        (["--run=nobody", "--target=slt"], None, "vconv: nobody: does not exist, and no ready voice has this name"),
        (["--run=sample", "--target=nobody"], None, "vconv: --target: 'nobody' is not allowed; choose one of: awb"),
        (["--run=sample", "--target=slt"], b"RIFF\0\0\0\0AVI ", "vconv: the input is RIFF of the kind b'AVI '"),
    ],
)
def test_a_mistake_is_one_sentence_and_nothing_comes_out(arguments, data, sentence):
    process = start(*arguments)
    if data:
        process.stdin.write(data)
        process.stdin.flush()
    assert process.wait(60) == 2, "it does not wait for the input"
    out, err = process.communicate()
    assert out == b"" and err.decode().startswith(sentence) and err.count(b"\n") == 1


def test_a_terminal_is_no_input():
    terminal, side = pty.openpty()
    process = start(*VOICE, stdin=side)
    out, err = process.communicate(timeout=60)
    os.close(terminal)
    os.close(side)
    assert process.returncode == 2 and out == b"" and err.startswith(b"vconv: the standard input is a terminal; ")


@pytest.mark.skipif(not REAL_FFMPEG, reason="needs ffmpeg")
@pytest.mark.parametrize("form, out_form", [("s16le", ["-f", "s16le", "-ar", "22050", "-ac", "1"]), ("wav", [])])
def test_ffmpeg_at_both_ends(form, out_form, tmp_path):
    soundfile.write(tmp_path / "in.flac", speech(22050, 1.0), 22050)
    decode = [REAL_FFMPEG, "-v", "error", "-i", tmp_path / "in.flac", "-f", form, "-"]
    encode = [REAL_FFMPEG, "-v", "error", *out_form, "-i", "-", tmp_path / "out.flac"]
    first = subprocess.Popen(decode, stdout=subprocess.PIPE)
    middle = start(*VOICE, "--rate=22050", stdin=first.stdout, stderr=subprocess.DEVNULL)
    first.stdout.close()
    assert subprocess.run(encode, stdin=middle.stdout, timeout=60).returncode == 0
    middle.stdout.close()
    assert first.wait(60) == middle.wait(60) == 0
    y, rate = soundfile.read(tmp_path / "out.flac")
    assert (len(y), rate) == (22050, 22050) and 0.003 < np.sqrt(np.mean(y**2)) < 0.5
