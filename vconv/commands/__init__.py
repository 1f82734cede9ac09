"""One file a subcommand: `add(sub)` declares its options, `run(options)` does it, the docstring is its help."""
