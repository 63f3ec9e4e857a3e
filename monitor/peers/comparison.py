"""A session's windows fitted by every program that is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.peers.known_spectrum import SIZES, check_known
from monitor.peers.levels import Levels
from monitor.peers.peer import Peer, PeerError, Task
from monitor.peers.run import PeerFit, fit_by
from monitor.peers.saved import SavedSession

MOST_FAILURES = 3
"""So many failures one after another end a program's turn."""


@dataclass(frozen=True, slots=True)
class Course:
    """What one program found.

    Attributes
    ----------
    name : of the program
    fits : of each window; None where it failed
    trouble : one sentence on what failed; empty where nothing did
    """

    name: str
    fits: tuple[PeerFit | None, ...]
    trouble: str = ""

    @property
    def fitted(self) -> list[PeerFit]:
        """Those that succeeded."""
        return [fit for fit in self.fits if fit is not None]


def spectra_to_fit(saved: SavedSession) -> int:
    """How many each program is given."""
    return len(SIZES) + len(saved.windows)


def course_of(
    peer: Peer,
    program: Path,
    saved: SavedSession,
    folder: Path,
    timeout_s: float,
    done: Callable[[], None],
) -> Course:
    """Have a peer fit the known spectrum and then every window, each in a folder.

    `done` is called after each.  What fails is told in `trouble`.
    """
    nothing = (None,) * len(saved.windows)

    def fit(task: Task, name: str) -> PeerFit:
        place = folder / f"{peer.program}-{name}"
        place.mkdir(parents=True)
        try:
            return fit_by(peer, program, task, place, timeout_s)
        finally:
            done()

    numbers = iter(range(len(SIZES)))

    def fit_known(task: Task) -> Levels:
        return fit(task, f"known-{next(numbers)}").levels

    try:
        check_known(saved, fit_known)
    except PeerError as error:
        return Course(peer.name, nothing, f"{peer.name}: left out: it {error}.")
    return _windows(peer.name, saved, fit)


def _windows(
    name: str, saved: SavedSession, fit: Callable[[Task, str], PeerFit]
) -> Course:
    fits: list[PeerFit | None] = []
    told: list[str] = []
    for window, fid in zip(saved.windows, saved.fids, strict=True):
        if _failed_lately(fits):
            fits.append(None)
            continue
        try:
            fits.append(fit(saved.task(fid), f"window-{window.number}"))
        except PeerError as error:
            fits.append(None)
            told.append(f"it {error} (window {window.number})")
    if not told:
        return Course(name, tuple(fits))
    missing = f"{fits.count(None)} of {len(fits)} windows are missing"
    return Course(name, tuple(fits), f"{name}: {missing}: {told[0]}.")


def _failed_lately(fits: Sequence[PeerFit | None]) -> bool:
    last = fits[-MOST_FAILURES:]
    return len(last) == MOST_FAILURES and not any(last)


def ours(saved: SavedSession) -> Course:
    """Our own levels, as a course beside theirs; they took no time of their own."""
    fits = tuple(PeerFit(w.levels, float("nan"), float("nan")) for w in saved.windows)
    return Course("mrs-monitor", fits)
