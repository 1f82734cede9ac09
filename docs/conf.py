"""Settings of the documentation: `python -m sphinx -W -b html docs build/docs`."""

import os
import sys
from pathlib import Path

from sphinx.ext.autodoc.mock import MockFinder

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS / "_ext"), str(DOCS.parent)]
os.environ["COLUMNS"] = "100"  # width of the usage lines of commands.md

# They take seconds to import, and no docstring needs them. `autodoc_mock_imports` would import them all the same, to
# read the source code of the classes that ours derive from.
sys.meta_path.insert(0, MockFinder(["keras", "tensorflow"]))

from vconv.common.version import __version__  # noqa: E402

project = "vconv"
author = "the vconv contributors"
version = release = __version__
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "command_reference", "room_reference"]
exclude_patterns = ["_ext"]
templates_path = ["_templates"]
html_static_path = ["audio"]
myst_enable_extensions = ["deflist", "dollarmath"]
myst_heading_anchors = 4  # links such as results.md#the-commands

highlight_language = "none"  # of blocks that name none: mostly commands

add_module_names = False
autodoc_inherit_docstrings = False
autodoc_member_order = "bysource"
autodoc_typehints = "none"
napoleon_google_docstring = False
napoleon_use_ivar = True  # or the fields of a NamedTuple would be described twice
napoleon_use_rtype = False
suppress_warnings = ["ref.python"]  # words of a type, such as "name", are looked up as identifiers

html_theme = "pydata_sphinx_theme"
html_title = f"vconv {version}"
html_show_sourcelink = False
html_sidebars = {"**": ["all-pages"], "index": ["all-pages"]}
html_theme_options = {
    "navbar_center": [],  # the sidebar lists all pages
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
}
