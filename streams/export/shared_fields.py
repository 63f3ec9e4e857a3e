"""What of a message may leave a recording: one rule, for every export and report.

What people type may name a person, and so may the name of a file.  A kind of event that
the program knows keeps its name and its time; its text stays where it can only be a
figure or the program's own words, and an author where it is a role that the program
itself gives.  Everything else leaves only where it is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from streams.messages.event_table import event_table
from streams.messages.marks import INFUSION, UNDO
from streams.messages.scanner_counter import AUTHOR, DROPPED, GAP
from streams.messages.transient import (
    CONJUGATION_CONTRADICTED,
    EVENT_KINDS,
    Body,
    End,
    Event,
    Start,
)

REMARK = "remark"
"""What a kind that was typed becomes."""
KINDS = frozenset(EVENT_KINDS) | {
    REMARK, GAP, DROPPED, CONJUGATION_CONTRADICTED, "publisher", "blinded", "unlock",
    "series_end", "series_refused", "frequency_asked",
    "protocol_error", "refused", "file", "trigger_1", "trigger_2",
}  # fmt: skip
ROLES = frozenset(
    {AUTHOR, "scanner", "simulator", "operator", "viewer", "script", "pump", "chain"}
)
"""Authors that the program writes by itself, and the pump."""
REASONS = frozenset({"finished", "stopped", "source failed", "end of file"})
"""Why the program ends a session."""
ORIGINS = ("NIfTI-MRS file", "ISMRMRD file", "twix file", "vendor file")
"""How the source of a file begins; older recordings have its name behind it."""

_TRANSIENT = re.compile(r"\btransient \d{1,16}\b", re.IGNORECASE)
_FILE = re.compile(r"[0-9a-f]{64} file \d{1,9}, \d{1,9} transients")
_PERIOD = re.compile(r"\s*-?[\d.]+\s*:\s*-?[\d.]+\s*")
_DOSE = re.compile(r"(\s*\d[\d.]* ?(mg|ml|ug|kg|min|h|s|%)(/(kg|min|ml|h))*[,;]?)+")
_MIRRORED = re.compile(r"CONJUGATION CONTRADICTED")
_METABOLITES = (
    "Ala|Asc|Asp|Cr|GABA|GPC|GSH|Glc|Gln|Glu|Glx|Gly|Ins|Lac|NAA|NAAG|PCh|PCr|PE|"
    "Scyllo|Ser|Tau|mI|sIns|tCho|tCr|tNAA"
)
_OUTCOME = re.compile(f"({_METABOLITES})(/({_METABOLITES}|water))?")
_SETTINGS = {
    "window": int, "step": int, "rejected_epochs": list, "outcome": str,
    "left_out_s": list, "taken_in_s": list,
}  # fmt: skip


def without_typed(body: Body) -> Body:
    """A body without what was typed and without names of files and people."""
    match body:
        case Event():
            return event_to_leave(body)
        case Start():
            return replace(body, source=source_words(body.source))
        case End(reason=reason) if reason not in REASONS:
            return replace(body, reason="")
    return body


def source_words(source: str) -> str:
    """Where transients come from, without the name of the file."""
    return next((origin for origin in ORIGINS if source.startswith(origin)), source)


def event_to_leave(event: Event) -> Event:
    """An event without what was typed."""
    keep = _TEXTS.get(event.kind)
    return replace(
        event,
        kind=event.kind if event.kind in KINDS else REMARK,
        text=keep(event.text) if keep else "",
        author=event.author if event.author in ROLES else "",
    )


def _keep_match(pattern: re.Pattern[str]) -> Callable[[str], str]:
    """Keeps the part of a text that matches, and nothing else of it."""

    def keep(text: str) -> str:
        match = pattern.search(text)
        return match[0] if match else ""

    return keep


def _keep_whole(pattern: re.Pattern[str]) -> Callable[[str], str]:
    """Keeps a text that matches from end to end."""
    return lambda text: text if pattern.fullmatch(text) else ""


def _settings(text: str) -> str:
    """A change of settings whose values are figures or the name of an outcome."""
    table = event_table(text)
    fine = table is not None and all(map(_is_setting, table, table.values()))
    return text if fine else ""


def _is_setting(name: str, value: object) -> bool:
    kind = _SETTINGS.get(name)
    if kind is None or type(value) is not kind:
        return False
    if isinstance(value, list):
        return all(map(_is_figure, value))
    return not isinstance(value, str) or _OUTCOME.fullmatch(value) is not None


def _is_figure(entry: object) -> bool:
    """A number, or the two of a span."""
    if isinstance(entry, list):
        return len(entry) == 2 and all(type(end) in (int, float) for end in entry)
    return type(entry) is int


_TEXTS: dict[str, Callable[[str], str]] = {
    GAP: _keep_match(_TRANSIENT),
    DROPPED: _keep_match(_TRANSIENT),
    CONJUGATION_CONTRADICTED: _keep_match(_MIRRORED),
    "file": _keep_whole(_FILE),
    "note": _keep_match(_MIRRORED),
    "infusion_start": _keep_whole(_DOSE),
    "infusion_stop": _keep_whole(_DOSE),
    UNDO: lambda text: text if text in INFUSION else "",
    "reference": _keep_whole(_PERIOD),
    "settings": _settings,
}
