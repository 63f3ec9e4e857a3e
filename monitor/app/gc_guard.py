"""Python's collector of unreachable cycles, kept from holding up a frame.

A full collection looks at every object: 0.05 s for what the program has loaded, more
with every update of a replay that is kept.  What is there when the window opens stays
until it closes, so that it need not be looked at again.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loaded_is_kept() -> Iterator[None]:
    """Take what is loaded now out of the collector's sight, until this ends."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()
