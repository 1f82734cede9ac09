"""`python -m vconv` is the `vconv` command."""
import sys

from vconv.cli import main

sys.exit(main())
