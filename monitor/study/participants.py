"""The participants file: subject, visit, condition and scores of each session.

A table (TSV or CSV) with a row a session:

    subject  visit  condition  [sex]  [score_before  score_after]  [infusion_min]

`score_*` is a clinical score, e.g. MADRS, before and after the session;
`madrs_before`, `madrs_after` and BIDS' `participant_id`, `session_id` are understood as
well.  "n/a" and empty cells are missing.  Other columns are dropped here.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from streams.errors import InputError
from streams.recording.files import refuse_endless

ALIASES = {
    "participant_id": "subject",
    "session_id": "visit",
    "session": "visit",
    "madrs_before": "score_before",
    "madrs_after": "score_after",
    "drug": "condition",
}
PASSIVE = ("placebo", "saline", "sham", "control")


@dataclass(frozen=True, slots=True)
class Visit:
    """One session of the trial.

    Attributes
    ----------
    subject, visit, condition, sex : labels; sex may be empty
    score_before, score_after : clinical score; None where it is missing
    infusion_min : length of the infusion; None: to the last window
    """

    subject: str
    visit: str
    condition: str
    sex: str = ""
    score_before: float | None = None
    score_after: float | None = None
    infusion_min: float | None = None

    @property
    def score_change(self) -> float | None:
        """After minus before."""
        if self.score_before is None or self.score_after is None:
            return None
        return self.score_after - self.score_before


def read_participants(path: Path) -> dict[tuple[str, str], Visit]:
    """Visits by (subject, visit).

    Raises
    ------
    InputError : no such file, a column or a cell is missing, a session occurs twice
    """
    refuse_endless(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"Participants file {path} cannot be read: {error}.") from None
    lines = text.splitlines()
    delimiter = "\t" if lines and "\t" in lines[0] else ","
    visits: dict[tuple[str, str], Visit] = {}
    for number, row in enumerate(csv.DictReader(lines, delimiter=delimiter), 2):
        visit = _visit(row, f"{path.name}, line {number}")
        key = (visit.subject, visit.visit)
        if key in visits:
            raise InputError(
                f"{path.name}: subject {key[0]} visit {key[1]} stands there twice."
            )
        visits[key] = visit
    if not visits:
        raise InputError(f"Participants file {path.name} has no rows.")
    return visits


def _visit(row: dict[str, str], where: str) -> Visit:
    cells = {
        ALIASES.get(key.strip().lower(), key.strip().lower()): (value or "").strip()
        for key, value in row.items()
        if key is not None
    }
    cells = {k: "" if v.lower() in ("n/a", "nan") else v for k, v in cells.items()}
    for needed in ("subject", "visit", "condition"):
        if not cells.get(needed):
            raise InputError(f"{where}: {needed} is missing.")
    return Visit(
        cells["subject"].removeprefix("sub-"),
        cells["visit"].removeprefix("ses-"),
        cells["condition"],
        cells.get("sex", ""),
        _number(cells.get("score_before", ""), where),
        _number(cells.get("score_after", ""), where),
        _number(cells.get("infusion_min", ""), where),
    )


def _number(cell: str, where: str) -> float | None:
    if not cell:
        return None
    try:
        return float(cell)
    except ValueError:
        raise InputError(f"{where}: {cell!r} is no number.") from None


def active_condition(visits: dict[tuple[str, str], Visit]) -> str:
    """The condition whose effect is given: the one that is no placebo."""
    names = sorted({v.condition for v in visits.values()})
    active = [n for n in names if n.lower() not in PASSIVE]
    return (active or names)[-1]
