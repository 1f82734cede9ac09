"""The commands of docs/own_voices.md lead from recordings to a converted file."""

import os
import subprocess
import sys

import numpy as np
import pages
import pytest
import soundfile
from spoken import RATE, speech, write

PAGE = pages.REPOSITORY / "docs" / "own_voices.md"
SMALL = ("--set", "training.epochs=1", "--set", "training.segments_per_epoch=32", "--set", "network.channels=4")


@pytest.mark.slow
def test_the_commands_at_the_top_convert_a_recording(tmp_path):
    write(tmp_path / "my_recordings" / "anna" / "long.wav", speech(3.0, 2.5, 4.0, 3.5, f0_hz=210.0, pause_s=1.2))
    write(tmp_path / "my_recordings" / "ben" / "long.flac", speech(2.5, 3.0, 4.0, f0_hz=110.0, pause_s=1.2))
    write(tmp_path / "me.wav", speech(2.0, f0_hz=150.0))
    program = tmp_path / "bin" / "vconv"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m vconv "$@"\n')
    program.chmod(0o755)
    paths = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": paths, "PYTHONPATH": str(pages.REPOSITORY)}
    lines = next(block.lines for block in pages.blocks(PAGE) if block.language == "bash")
    assert len(lines) == 3
    for line in lines:
        words = [*pages.words(line), *(SMALL if line.startswith("sh ") else ())]
        result = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stderr
    assert (tmp_path / "my_recipe" / "exp" / "matched" / "report.html").exists()
    y, rate = soundfile.read(tmp_path / "converted.wav")
    frame = RATE // 200  # 5 ms, to which WORLD rounds
    assert rate == RATE and 0 <= len(y) - len(soundfile.read(tmp_path / "me.wav")[0]) <= frame
    assert np.abs(y).max() > 0.01
