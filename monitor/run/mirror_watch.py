"""Tells a series whose samples are the wrong way round, whoever delivers it."""

from __future__ import annotations

from streams.messages.transient import Body, Kind, Start, Transient
from streams.sources.checks.conjugation import ConjugationCheck


class MirrorWatch:
    """Looks at the metabolite transients of each series."""

    def __init__(self) -> None:
        self._check: ConjugationCheck | None = None

    def push(self, body: Body) -> bool:
        """Whether a series shows just now that it is mirrored at the water line."""
        if isinstance(body, Start):
            self._check = ConjugationCheck(body.acquisition)
        elif isinstance(body, Transient) and body.kind == Kind.METABOLITE:
            check = self._check
            if check is not None and check.push(body.fid):
                return bool(check.contradicted)
        return False
