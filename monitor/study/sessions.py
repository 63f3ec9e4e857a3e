"""Which sessions a list of files and folders holds, and what their names say.

A folder is searched with its subfolders.  In a BIDS data set the sessions are the
`_svs` files; elsewhere every file that is no sidecar, table or document, and every
folder of nothing but DICOM files.  Water references go with their neighbours
(`monitor.study.water_pairs`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.judge.labels import entity, labels_of, make_unique
from monitor.study.water_pairs import waters_beside
from streams.errors import InputError
from streams.messages.scanner_names import is_noise_name
from streams.sources.file_names import readable
from streams.sources.files.by_spec2nii import is_series_folder

NO_SESSIONS = frozenset(
    {".json", ".tsv", ".csv", ".txt", ".md", ".toml", ".html", ".pdf", ".png", ".svg"}
    | {".npy", ".npz", ".basis", ".raw", ".spar", ".list", ".ini", ".log", ".lock"}
    | {".py", ".jsonl", ".bvec", ".bval", ".xml", ".zip"}
)


@dataclass(frozen=True, slots=True)
class StudySession:
    """A session to judge.

    Attributes
    ----------
    label : unique; also the name of its folder of results (`monitor.judge.labels`)
    path, water : its file and the water reference that goes with it
    subject, visit, site : as the name says (sub-, ses-, site-); empty where it does not
    events : its BIDS events file
    named : whether results may hold the names of its files
    """

    label: str
    path: Path
    water: Path | None = None
    subject: str = ""
    visit: str = ""
    site: str = ""
    events: Path | None = None
    named: bool = False

    @property
    def title(self) -> str:
        """What its report calls it."""
        return readable(self.path.name) if self.named else self.label


def find_sessions(
    places: Sequence[Path], names: bool = False
) -> tuple[StudySession, ...]:
    """Sessions in files and folders, in the order of their names.

    `names`: their labels are the files' names, and results may hold these.

    Raises
    ------
    InputError : a place does not exist, or there is no session in any of them
    """
    sessions: list[StudySession] = []
    for place in places:
        if place.is_dir():
            sessions += _in_folder(place)
        elif place.is_file():
            sessions.append(_session(place, None, None))
        else:
            raise InputError(f"There is no file or folder {place}.")
    if not sessions:
        named = ", ".join(str(place) for place in places)
        raise InputError(f"There is no session in {named}.")
    if names:
        return _with_names(sessions)
    labels = labels_of(session.path for session in sessions)
    return tuple(replace(s, label=a) for s, a in zip(sessions, labels, strict=True))


def _in_folder(folder: Path) -> list[StudySession]:
    if (folder / "dataset_description.json").is_file():
        files = sorted(folder.glob("sub-*/**/*_svs.nii*"))
        return [
            _session(p, _bids(p, "mrsref.nii*"), _bids(p, "events.tsv")) for p in files
        ]
    series = {p for p in (folder, *folder.rglob("*")) if is_series_folder(p)}
    files = [p for p in folder.rglob("*") if _is_candidate(p, folder)]
    files = sorted([*series, *(p for p in files if p.parent not in series)])
    return [_session(p, water, None) for p, water in waters_beside(files).items()]


def _is_candidate(path: Path, folder: Path) -> bool:
    inside = path.relative_to(folder)
    hidden = any(part.startswith(".") for part in inside.parts)
    document = path.suffix.lower() in NO_SESSIONS or path.name.startswith("LICENSE")
    document = document or is_noise_name(path.name)
    return path.is_file() and not hidden and not document


def _bids(path: Path, ending: str) -> Path | None:
    """The one file with the same entities and another ending."""
    stem = path.name.split("_svs")[0]
    files = sorted(path.parent.glob(f"{stem}_{ending}"))
    return files[0] if len(files) == 1 else None


def _session(path: Path, water: Path | None, events: Path | None) -> StudySession:
    text = path.as_posix()
    label = re.sub(r"(\.nii)?(\.gz)?$", "", readable(path.name), flags=re.I)
    label = label.rsplit(".", 1)[0] if "." in label else label
    subject, visit, site = (entity(text, key) for key in ("sub", "ses", "site"))
    return StudySession(
        label or readable(path.name), path, water, subject, visit, site, events
    )


def _with_names(sessions: list[StudySession]) -> tuple[StudySession, ...]:
    """Labels that occur twice get the name of their folder, then a number."""
    names = [s.label for s in sessions]
    labels = make_unique(
        f"{readable(s.path.parent.name)}_{s.label}"
        if names.count(s.label) > 1 and s.path.parent.name
        else s.label
        for s in sessions
    )
    return tuple(
        replace(s, label=label, named=True)
        for s, label in zip(sessions, labels, strict=True)
    )


def infusion_of(events: Path) -> tuple[float, float] | None:
    """Infusion in a BIDS events file, s; None where it names none."""
    try:
        with events.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        at = {row["trial_type"]: float(row["onset"]) for row in rows}
    except (OSError, KeyError, ValueError, UnicodeDecodeError):
        raise InputError(
            f"{events.name} is no BIDS events file: it needs onset and trial_type."
        ) from None
    if "infusion_start" not in at or "infusion_stop" not in at:
        return None
    return at["infusion_start"], at["infusion_stop"]
