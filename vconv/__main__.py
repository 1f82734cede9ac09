"""`python -m vconv` is the `vconv` command."""

import sys

from vconv.commands.cli import main

sys.exit(main())
