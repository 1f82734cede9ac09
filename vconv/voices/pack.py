"""A run folder → a voice file."""

import json
import os
from pathlib import Path

import numpy as np
import yaml

from vconv.common.errors import VconvError
from vconv.features.statistics import ARRAYS
from vconv.training import conversion_network
from vconv.training.run_folder import RunFolder
from vconv.voices import card, codebook, container
from vconv.voices.voice_file import FACTS, FORMAT, NETWORK, SUFFIX, TRANSFORMS, VERSION, to_npy

SCORES = ("format", "version", "pairs", "files", "failures", "notes", "settings", "versions", "command")
ENTRY = ("measure", "mean", "interval", "files")  # of a measure


def pack(run, output, card_path=None, scores=None, frames=None):
    """Write the voice file of a run.

    Parameters
    ----------
    run : str or Path
        Run folder of a model that converts recordings.
    output : str or Path
        The file; its name without .vconv is the name of the voice.
    card_path : str or Path, optional
        As of `card.read`.
    scores : str or Path, optional
        The scores.json of an evaluation of the run; RUN/scores.json, if it exists, when left out.
    frames : vconv.voices.codebook.Codebook, optional

    Returns
    -------
    digest : str
        As `VoiceFile.digest`.

    Raises
    ------
    VconvError
        The run does not convert recordings or has no network, or a file cannot be read or written.
    """
    folder, output = RunFolder(run), Path(output)
    if output.suffix != SUFFIX:
        raise VconvError(f"{output}: is no name of a voice file; give a name that ends in {SUFFIX}")
    statistics, transforms = folder.statistics(), folder.transforms()
    described = card.read(card_path, statistics.speakers)
    network = conversion_network.content(folder)
    members = {f"statistics/{name}.npy": to_npy(getattr(statistics, name)) for name in ARRAYS}
    if transforms is not None:
        members[TRANSFORMS] = to_npy(transforms)
    if frames is not None:
        members |= {f"codebook/{name}.npy": to_npy(array) for name, array in frames._asdict().items()}
    found = _scores(folder.path / "scores.json" if scores is None else scores, scores is not None)
    facts = _facts(folder, statistics, described, found, frames)
    text = yaml.safe_dump(facts, sort_keys=False, allow_unicode=True, width=120)
    return container.write(output, {FACTS: text.encode(), NETWORK: network, **members})


def _facts(folder, statistics, described, scores, frames):
    """Return the content of voice.yaml."""
    settings, sexes = folder.settings(), described.pop("sexes")
    means = np.round(np.exp(statistics.log_f0_mean), 1).tolist()
    return {
        "format": FORMAT,
        "version": VERSION,
        "card": described,
        "speakers": [
            {"name": name, "sex": sexes[name], "mean_f0_hz": mean}
            for name, mean in zip(statistics.speakers, means, strict=True)
        ],
        "scores": scores,
        "model": settings["model"],
        "settings": _without_paths(folder.model_settings()),
        "features": statistics.settings,
        "fingerprint": statistics.fingerprint,
        "data": settings.get("data", {}),
        "versions": settings["versions"],
        "codebook": None if frames is None else {"version": codebook.VERSION, "frames": len(frames.content)},
    }


def _without_paths(settings):
    """Return the settings of a model with the name of the voice file that its training started from, not the path."""
    if "start" in settings:
        settings = settings | {"start": settings["start"] | {"voice": Path(settings["start"]["voice"]).name}}
    return settings


def _scores(path, required):
    """Return {"pairs", group: {"measure", "mean", "interval", "files"}} of a scores.json; None if it need not exist."""
    if not (required or os.path.exists(path)):
        return None
    try:
        content = json.loads(Path(path).read_bytes())
        groups = {key: value["converted"] for key, value in content.items() if key not in SCORES}
        found = {key: {name: entry[name] for name in ENTRY} for key, entry in groups.items() if entry}
        return {"pairs": list(content["pairs"])} | found
    except OSError as error:
        raise VconvError(
            f"{path}: cannot be read ({error.strerror}); name a scores.json of `vconv evaluate`"
        ) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise VconvError(f"{path}: holds no scores of `vconv evaluate`; evaluate the run again") from error
