"""A bar for a work whose length is not known, where somebody looks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from monitor.commands.printing import plain


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[bool], None]]:
    """Draw on a terminal; what it gives is called with whether there is one more.

    A bar in a log is an empty line: without a terminal nothing is drawn, and rich is
    not loaded.
    """
    if not sys.stderr.isatty():
        yield lambda one_more: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(escape(plain(title)), total=None)
        yield lambda one_more: progress.advance(task, one_more)
