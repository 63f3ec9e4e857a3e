"""`python -m monitor` is `mrs-monitor`."""

from monitor.cli import main

if __name__ == "__main__":
    main()
