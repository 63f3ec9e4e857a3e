"""The subcommands, a file for each group of them; each registers itself."""
