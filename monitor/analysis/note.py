"""What was noticed, as values: a kind, which decides who may see it, and a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class NoteKind(StrEnum):
    """What a note is about.

    What a protocol expects of the scanner (EXPECTATION), the reader of a file (SOURCE),
    the basis set (BASIS), water references (WATER), a message that cannot be used
    (REFUSED), the periods of infusion and reference (PERIOD), that they overlap
    (OVERLAP), whether a series goes on with the epoch before it (SERIES), what lies in
    another epoch than the reference period (EPOCHS), where all became larger or smaller
    alike (GAIN), an outcome that does not exist (OUTCOME), stretches unlike the rest
    (STRETCH), ways to the change that differ (AGREEMENT), whether there is a signal and
    which way round (SIGNAL), how many transients there were (SESSION), limits of
    quality (LIMITS), the noise of the tracker (TRACKER), components that come out
    negative (COMPONENTS), how well a level is known (LEVEL), macromolecules that nobody
    measured (UNMEASURED) or that the session measures (MACROMOLECULES), what the change
    cannot tell (CHANGE).
    """

    EXPECTATION = "expectation"
    SOURCE = "source"
    BASIS = "basis"
    WATER = "water"
    REFUSED = "refused"
    PERIOD = "period"
    OVERLAP = "overlap"
    SERIES = "series"
    EPOCHS = "epochs"
    GAIN = "gain"
    OUTCOME = "outcome"
    STRETCH = "stretch"
    AGREEMENT = "agreement"
    SIGNAL = "signal"
    SESSION = "session"
    LIMITS = "limits"
    TRACKER = "tracker"
    COMPONENTS = "components"
    LEVEL = "level"
    UNMEASURED = "unmeasured"
    MACROMOLECULES = "macromolecules"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class NoteRule:
    """Who may see the notes of a kind.

    Attributes
    ----------
    tells_outcome : it depends on the measured outcome: nowhere under a blinding lock
    log_only : nothing that an operator could do: in session.json and the log alone
    stands : it holds until the end of the session, and stays on the screen
    """

    tells_outcome: bool = False
    log_only: bool = False
    stands: bool = False


RULES = {
    NoteKind.EXPECTATION: NoteRule(stands=True),
    NoteKind.SOURCE: NoteRule(),
    NoteKind.BASIS: NoteRule(),
    NoteKind.WATER: NoteRule(),
    NoteKind.REFUSED: NoteRule(),
    NoteKind.PERIOD: NoteRule(),
    NoteKind.OVERLAP: NoteRule(),
    NoteKind.SERIES: NoteRule(),
    NoteKind.EPOCHS: NoteRule(stands=True),
    NoteKind.GAIN: NoteRule(stands=True),
    NoteKind.OUTCOME: NoteRule(),
    NoteKind.STRETCH: NoteRule(),
    NoteKind.AGREEMENT: NoteRule(tells_outcome=True),
    NoteKind.SIGNAL: NoteRule(),
    NoteKind.SESSION: NoteRule(),
    NoteKind.LIMITS: NoteRule(),
    NoteKind.TRACKER: NoteRule(tells_outcome=True, log_only=True),
    NoteKind.COMPONENTS: NoteRule(tells_outcome=True),
    NoteKind.LEVEL: NoteRule(tells_outcome=True),
    NoteKind.UNMEASURED: NoteRule(),
    NoteKind.MACROMOLECULES: NoteRule(),
    NoteKind.CHANGE: NoteRule(),
}
"""The one place that decides what becomes of a note."""


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence for whoever runs or reads the session."""

    kind: NoteKind
    text: str

    @property
    def rule(self) -> NoteRule:
        """Who may see it."""
        return RULES[self.kind]

    def __str__(self) -> str:
        return self.text


def notes_of(kind: NoteKind, sentences: Iterable[str]) -> tuple[Note, ...]:
    """Notes of one kind; empty sentences are none."""
    return tuple(Note(kind, text) for text in sentences if text)


def may_be_told(notes: Iterable[Note], hidden: bool) -> tuple[Note, ...]:
    """The notes that a session may show, whose outcome is `hidden` or not."""
    return tuple(n for n in notes if not (hidden and n.rule.tells_outcome))
