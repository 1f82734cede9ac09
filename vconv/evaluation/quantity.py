"""How a number is labeled and written, wherever it is shown."""

from dataclasses import dataclass

LOWER, HIGHER, TO_ZERO, TO_ONE = "↓", "↑", "→0", "→1"
GOALS = {LOWER: "lower", HIGHER: "higher", TO_ZERO: "near 0", TO_ONE: "near 1"}  # which values are better, in words


@dataclass(frozen=True)
class Quantity:
    """Label, unit and format of a number.

    Attributes
    ----------
    key : str
        Name in JSON and CSV files, where the number has no factor and no unit.
    label : str
        Name in tables.
    unit : str
        Of the number as it is shown.
    goal : str
        Which values are better: LOWER, HIGHER, TO_ZERO or TO_ONE.
    decimals : int
        Digits after the decimal point.
    factor : float
        The number is multiplied by it before it is shown, for example by 100 for percent.
    """

    key: str
    label: str
    unit: str = ""
    goal: str = LOWER
    decimals: int = 2
    factor: float = 1.0

    def __str__(self):
        """Return "label / unit"."""
        return f"{self.label} / {self.unit}" if self.unit else self.label

    @property
    def heading(self):
        """The head of a column: "label / unit" and an arrow to the better values."""
        return f"{self} {self.goal}"

    def text(self, value):
        """Return a value as text, with a minus sign and without its unit."""
        rounded = round(value * self.factor, self.decimals) + 0.0  # + 0.0 turns -0.0 into 0.0
        return f"{rounded:,.{self.decimals}f}".replace("-", "−")

    def with_spread(self, value, interval):
        """Return "value ±half", half of the interval (low, high) in the unit of the value; "-" for None.

        Without an interval (None, or a bound is None) only the value is written.
        """
        if value is None:
            return "-"
        low, high = interval or (None, None)
        half = "" if None in (low, high) else f" ±{self.text((high - low) / 2)}"
        return f"{self.text(value)}{half}"
