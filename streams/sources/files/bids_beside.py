"""What stands beside a NIfTI-MRS file in a BIDS folder: its sidecar and its events.

The header extension of the file comes first; the sidecar fills in what it lacks.  Only
technical fields are read.  Blocks of a task are events at their onset and end.
"""

from __future__ import annotations

import csv
import json
import math
import re
from pathlib import Path
from typing import Any

from streams.messages.transient import EVENT_KINDS, Event
from streams.sources.files.clock_time import ClockTime, scanner_time_of

TECHNICAL = (
    "EchoTime",
    "RepetitionTime",
    "MixingTime",
    "SpectrometerFrequency",
    "ResonantNucleus",
    "SequenceName",
    "Manufacturer",
    "ManufacturersModelName",
)
MEANT = ("infusion_start", "infusion_stop", "re-shim", "re-centre")
RESERVED = {*EVENT_KINDS, "blinded", "gap", "dropped", "file"} - {*MEANT}
KIND = re.compile(r"[A-Za-z0-9][\w .+-]{0,63}")
LONGEST = 1 << 22
AUTHOR = "BIDS"


def sidecar_fields(path: Path) -> dict[str, Any]:
    """Technical fields of the JSON file of the same name; none if there is none."""
    fields = _sidecar(path)
    return {key: fields[key] for key in TECHNICAL if key in fields}


def begun_beside(path: Path) -> ClockTime | None:
    """Time of day at which the sidecar says that the acquisition began."""
    return scanner_time_of(str(_sidecar(path).get("AcquisitionTime", "")))


def _sidecar(path: Path) -> dict[str, Any]:
    """The JSON file of the same name; empty if there is none, or it is no table."""
    beside = _name(path, ".json")
    try:
        if not beside.is_file() or beside.stat().st_size > LONGEST:
            return {}
        fields = json.loads(beside.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def events_beside(path: Path, first_s: float) -> tuple[tuple[Event, ...], str]:
    """Events in the `_events.tsv` of a `_svs` file, and what to say about them.

    Onsets there count from the first transient, whose time is `first_s`.
    """
    stem = _stem(path)
    table = path.with_name(f"{stem.removesuffix('_svs')}_events.tsv")
    if not stem.endswith("_svs") or not table.is_file():
        return (), ""
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        found = [event for row in rows for event in _events_of(row, first_s)]
    except (OSError, KeyError, ValueError, csv.Error) as error:
        why = "it needs onset and trial_type" if isinstance(error, KeyError) else error
        return (), f"{table.name} is not used: {why}."
    kinds = dict.fromkeys(event.kind for event in found)
    said = f"{table.name}: {len(found)} events ({', '.join(kinds)})." if found else ""
    return tuple(sorted(found, key=lambda event: event.time_s)), said


def _events_of(row: dict[str, str], first_s: float) -> list[Event]:
    """Onset of a row, and its end where it lasts."""
    onset_s, kind = float(row["onset"]) + first_s, (row["trial_type"] or "").strip()
    if not math.isfinite(onset_s):
        raise ValueError(f"onset is {onset_s:g}")
    if not kind or kind == "n/a":
        return []
    if kind in RESERVED or not KIND.fullmatch(kind):
        kind = "note"
    lasts_s = _number(row.get("duration") or "")
    if kind in MEANT or not lasts_s:
        return [Event(onset_s, kind, "", AUTHOR)]
    text = f"lasts {lasts_s:g} s"
    end = Event(onset_s + lasts_s, f"{kind[:60]} end", "", AUTHOR)
    return [Event(onset_s, kind, text, AUTHOR), end]


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return number if math.isfinite(number) and number > 0 else 0.0


def _stem(path: Path) -> str:
    return re.sub(r"\.nii(\.gz)?$", "", path.name, flags=re.I)


def _name(path: Path, ending: str) -> Path:
    return path.with_name(_stem(path) + ending)
