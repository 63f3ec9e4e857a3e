"""`mrs-monitor`, and `python -m monitor`: the command line, guarded while it loads."""

import sys


def main() -> None:
    """Run the command line; the console script."""
    try:
        from monitor.commands.stopped import ended_by_ctrl_c

        with ended_by_ctrl_c():
            from monitor import cli
    except KeyboardInterrupt:  # before there was a guard
        sys.exit(130)
    cli.main()


if __name__ == "__main__":
    main()
