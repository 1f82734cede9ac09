"""The page docs/performance.md, made from the JSON of `python -m benchmarks`."""

import textwrap

from results import rounded, shown, speed

PAGE = """# Performance

How fast vconv is beside its peers and beside the limits of the machine. This page is made by:

```bash
{command} --json results.json --page docs/performance.md
```
{warning}
- **Speed** is the median over the rounds.
- **Ratio** is the time of the peer / the time of vconv, so that above 1 vconv is faster. Both run in turn in one
  process. A ratio is taken within each round: median (smallest to largest).
- **Share** is the time that the work would take at a limit of the machine / the time of vconv, in the same rounds.
- The floating-point operations of a training step are counted by hand from the layers of its networks. A layer
  that is computed by FFT is left out.
- A batch or a pass over features counts the bytes that it reads or returns.
- The recordings are {recordings}.

## Machine

{machine}

{versions}

| limit | peak |
|---|---|
{limits}

## Rows

| row | what | speed | ratio | peer | share of a limit / % |
|---|---|---|---|---|---|
{rows}

`python -m benchmarks --compare results.json` measures again and prints each ratio beside the old one.
"""


QUICK = (
    "\nThese numbers are those of `--quick`: tiny work, measured once. They show that each row runs, not how fast.\n"
)


def page(document):
    """Return the Markdown page of a document, as `results.document` returns it."""
    machine = document["machine"]
    versions = [f"{name} {number}" for name, number in document["versions"].items()]
    return PAGE.format(
        command=document["command"],
        warning=QUICK if document["quick"] else "",
        machine=", ".join(
            [
                machine["processor"] or "unknown processor",
                f"{machine['cores']} cores",
                f"{machine['memory_gb']} GB of memory" if machine["memory_gb"] else "unknown memory",
                machine["system"],
            ]
        ),
        recordings=document["recordings"],
        versions=textwrap.fill(f"Measured on {document['date']}, with {', '.join(versions)}.", 120),
        limits="\n".join(
            f"| {name} | {rounded(limit['peak'])} {limit['unit']} |" for name, limit in document["limits"].items()
        ),
        rows="\n".join(map(_line, document["rows"])),
    )


def _line(row):
    """Return the line of a row in the table."""
    if "left_out" in row:
        return f"| `{row['name']}` | {row['title']} | left out: {row['left_out']} | | {row['peer'] or ''} | |"
    ratio = shown(row["ratio"]) if row["ratio"] else ""
    limit = f"{shown(row['limit']['share'], 100)} of {row['limit']['name']}" if row["limit"] else ""
    return f"| `{row['name']}` | {row['title']} | {speed(row)} | {ratio} | {row['peer'] or ''} | {limit} |"
