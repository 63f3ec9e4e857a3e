"""What was seen of transients before their turn.

A file's transients are at hand before each is worked through, and what does not depend
on those before it costs less for many at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import numpy as np

from monitor.analysis.signal.noise import Coils

Seen = TypeVar("Seen")


class LookedAhead(Generic[Seen]):
    """Keeps what was seen of each FID until its turn; one owner."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[Coils, Seen]] = {}

    def look(
        self,
        fids: Sequence[Coils],
        shape: tuple[int, int],
        see: Callable[[Sequence[Coils]], Sequence[Seen]],
    ) -> None:
        """See those FIDs that are finite and of this shape; earlier ones are forgotten.

        `see` gives what is to be seen of each of at least one, in their order.
        """
        whole = [fid for fid in fids if fid.shape == shape and np.isfinite(fid).all()]
        pairs = zip(whole, see(whole), strict=True) if whole else ()
        # Kept with its FID, whose id would be another's once it is gone.
        self._seen = {id(fid): (fid, one) for fid, one in pairs}

    def take(self, fid: Coils, see: Callable[[], Seen]) -> Seen:
        """What was seen of a FID, once; seen now where it was not."""
        found = self._seen.pop(id(fid), None)
        return see() if found is None else found[1]
