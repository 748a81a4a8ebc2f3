"""The subcommands of `unspiral`, a module each; see engine/cli.py."""
