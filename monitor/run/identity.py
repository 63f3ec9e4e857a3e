"""Who is measured, as the operator typed it: an event of the recording and back."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from streams.errors import InputError
from streams.messages.event_table import event_table
from streams.messages.marks import by_source
from streams.messages.transient import Event

IDENTITY = "subject"
"""Kind of the event; its text is JSON: subject, visit."""
CODE = re.compile(r"[A-Za-z0-9_-]{0,24}")


@dataclass(frozen=True, slots=True)
class Identity:
    """Codes of subject and visit, never a name and never from a header."""

    subject: str = ""
    visit: str = ""

    def __post_init__(self) -> None:
        for what, code in (("subject", self.subject), ("visit", self.visit)):
            if not CODE.fullmatch(code):
                raise InputError(
                    f"The {what} is a code of at most 24 letters, digits, - and _: "
                    "07, P12, ses-2; never a name."
                )

    @property
    def words(self) -> str:
        """As it stands on the page: "sub-07 · visit 2"."""
        return " · ".join(self._parts(" "))

    @property
    def prefix(self) -> str:
        """As files begin: "sub-07_visit-2_"; empty where nothing was typed."""
        return "_".join([*self._parts("-"), ""])

    def _parts(self, joint: str) -> list[str]:
        subject = f"sub-{self.subject.removeprefix('sub-')}" if self.subject else ""
        visit = f"visit{joint}{self.visit.removeprefix('ses-')}" if self.visit else ""
        return [part for part in (subject, visit) if part]

    @property
    def text(self) -> str:
        """What the event holds."""
        return json.dumps({"subject": self.subject, "visit": self.visit})


def identity_from(event: Event) -> Identity | None:
    """Who an event names; None where it names nobody, or is none that was typed."""
    table = event_table(event.text)
    if event.kind != IDENTITY or by_source(event) or table is None:
        return None
    try:
        return Identity(str(table.get("subject", "")), str(table.get("visit", "")))
    except InputError:
        return None
