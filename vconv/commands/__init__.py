"""COMMANDS: one file per subcommand. `add(sub)` declares options, `run(options)` runs it, the docstring is its help."""
