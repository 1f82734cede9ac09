"""The questions of a listening test: which sentences are drawn, and which recordings are compared."""

from itertools import combinations
from typing import NamedTuple

from vconv.common.errors import VconvError

TARGET, SOURCE = "target", "source"  # names of the natural recordings among the systems
SENTENCES = 8
PRACTICE = 3  # items for practice in each test


class Clip(NamedTuple):
    """One recording: a system (or TARGET, SOURCE) and the name of its file without suffix."""

    system: str
    name: str


class Item(NamedTuple):
    """One question on one test sentence: mos (clip,); similarity (sample, reference); abx (A, B, X)."""

    test: str
    sentence: str
    clips: tuple
    practice: bool = False


def questions(draw, folders, tests, sentences):
    """Draw the questions of a test.

    Parameters
    ----------
    draw : random.Random
    folders : dict
        System, TARGET or SOURCE → {name: path}.
    tests : list of {"mos", "similarity", "abx"}
    sentences : int or None
        Number of sentences to draw. None: 8, or all if there are fewer.

    Returns
    -------
    items : list of Item
        The questions to score, then those for practice.
    chosen, common : list of str
        Names of the sentences drawn, and of all that the systems have in common.

    Raises
    ------
    VconvError
        There are no common names, or too few sentences or references.
    """
    common = _common_names(folders)
    chosen, practice = _draw_sentences(draw, common, sentences)
    items = [item for turn, sentence in enumerate(chosen) for item in _items(draw, sentence, folders, tests, turn)]
    trial = _items(draw, practice, folders, tests, 0)
    for test in tests:
        of_test = [item._replace(practice=True) for item in trial if item.test == test]
        items += draw.sample(of_test, min(PRACTICE, len(of_test)))
    return items, chosen, common


def _common_names(folders):
    """Return the sorted names that all systems and the source have in common."""
    paired = {name: found for name, found in folders.items() if name != TARGET}
    common = sorted(set.intersection(*map(set, paired.values())))
    if not common:
        examples = "; ".join(f"{name} has {min(found)}" for name, found in paired.items())
        raise VconvError(
            f"no recording has the same name in all folders ({examples}), so none can be compared; name the files alike"
        )
    return common


def _draw_sentences(draw, common, wanted):
    """Return the sorted test sentences, and one for practice: an unused one if possible."""
    if wanted and wanted > len(common):
        raise VconvError(
            f"--sentences: {wanted} are wanted, but the folders have {len(common)} in common; ask for fewer"
        )
    drawn = draw.sample(common, len(common))
    number = wanted or min(SENTENCES, len(common))
    return sorted(drawn[:number]), (drawn[number:] or drawn)[0]


def _items(draw, sentence, folders, tests, turn):
    """Return the questions on one sentence. The first system of a pair is A or B in turns, by the index `turn`."""
    systems = [name for name in folders if name not in (TARGET, SOURCE)]
    natural = sorted(folders.get(TARGET, ()))
    samples = [Clip(name, sentence) for name in systems]
    if natural:
        samples.append(Clip(TARGET, sentence if sentence in natural else draw.choice(natural)))
    items = [Item("mos", sentence, (sample,)) for sample in samples]
    if set(tests) - {"mos"}:
        others = [name for name in natural if name != samples[-1].name]
        if not others:
            raise VconvError(
                "--target: similarity and abx need another sentence than the sample as reference, but "
                "there is one recording only; add recordings or choose --tests mos"
            )
        reference = Clip(TARGET, draw.choice(others))
        samples += [Clip(SOURCE, sentence)] if SOURCE in folders else []
        items += [Item("similarity", sentence, (sample, reference)) for sample in samples]
        for number, pair in enumerate(combinations(systems, 2), turn):
            a_b = [Clip(name, sentence) for name in (pair if number % 2 else pair[::-1])]
            items.append(Item("abx", sentence, (*a_b, reference)))
    return [item for item in items if item.test in tests]
