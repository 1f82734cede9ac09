"""Reads what the Markdown pages show: command lines, Python, and what stands between backticks."""

import re
import shlex
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).parents[1]
PAGES = [
    *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "data/README.md")),
    *sorted(REPOSITORY.glob("recipes/*/README.md")),
    *sorted(REPOSITORY.glob("docs/**/*.md")),
]
NOT_RUN = "<!-- not run"  # before a block of commands that the parser need not understand
PROGRAMS = ("vconv", "bash", "python")
ENDS = {"|", "<", ">", "&&", ";"}  # of a command, in a line of the shell


class Block(NamedTuple):
    """A block of code: its page, the number of its first line, its language ("" where none is said) and its lines."""

    page: Path
    line: int
    language: str
    lines: list


def blocks(page):
    """Return the fenced and the indented blocks of a page, without those marked as not run."""
    found, fence, before = [], None, ""
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        mark = re.match(r"\s*```+(\S*)", line)
        if mark and fence is None:
            fence = Block(page, number + 1, mark[1], [])
            if not before.startswith(NOT_RUN):
                found.append(fence)
        elif mark:
            fence = None
        elif fence is not None:
            fence.lines.append(line)
        elif line.startswith("    ") and found and found[-1].line + len(found[-1].lines) == number:
            found[-1].lines.append(line.strip())
        elif line.startswith("    ") and not before.startswith(NOT_RUN):
            found.append(Block(page, number, "", [line.strip()]))
        before = line.strip() or before
    return found


def commands(page):
    """Return [(place, words)] of every command line of a page that begins with one of `PROGRAMS`."""
    found = []
    for block in blocks(page):
        if block.language in ("", "bash", "sh"):
            for line in "\n".join(block.lines).replace("\\\n", " ").splitlines():
                if line.strip().startswith(tuple(f"{program} " for program in PROGRAMS)):
                    found.append((f"{page.relative_to(REPOSITORY)}:{block.line}", words(line)))
    return found


def words(line):
    """Return the words of the first command in a line of the shell, without comments."""
    found = shlex.split(line, comments=True)
    end = next((number for number, word in enumerate(found) if word in ENDS), len(found))
    return found[:end]


def spans(page):
    """Return what stands between single backticks outside blocks, without line breaks."""
    text = re.sub(r"^\s*```.*?^\s*```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    return [" ".join(span.split()) for span in re.findall(r"(?<!`)`([^`]+)`(?!`)", text)]
