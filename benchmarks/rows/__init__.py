"""The rows of `python -m benchmarks`: each module has a list `ROWS`; a new module is found by listing this folder."""

import pkgutil
from importlib import import_module


def all_rows():
    """Return {name: Row} of all modules of this folder, in the order of their file names."""
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {row.name: row for module in modules for row in import_module(f"{__name__}.{module}").ROWS}
