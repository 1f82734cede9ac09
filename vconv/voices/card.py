"""The card of a voice: corpus, license, attribution, consent, and the sex of each speaker."""

from importlib.resources import files

from vconv.common import config

SEXES = ("female", "male", "not stated")


def read(path, speakers):
    """Return the card in a YAML file: {"corpus", "license", "attribution", "source", "consent", "sexes"}.

    Parameters
    ----------
    path : str or Path or None
        None for a card on which nothing is stated.
    speakers : sequence of str

    Returns
    -------
    card : dict
        Texts, and under "sexes" speaker → one of `SEXES`.

    Raises
    ------
    VconvError
        The file is missing or no YAML, or a key, speaker or value is unknown.
    """
    changes = {} if path is None else config.read_yaml(path)
    template = config.read_template(files(__package__) / "card.yaml")
    defaults = template.defaults | {"sexes": dict.fromkeys(speakers, SEXES[-1])}
    card = config.merge(defaults, changes, str(path))
    for sex in card["sexes"].values():
        config.one_of(sex, SEXES, f"{path}: sexes")
    return card
