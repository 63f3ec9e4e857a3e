"""The results of many sessions written: tables, group page, group.json."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from monitor.judge.criteria import TITLES
from monitor.judge.measures import OUTCOMES, REPEATED
from monitor.report.folder import make_folder, remove_stale
from monitor.report.page import environment, style
from monitor.report.session_files import write_text
from monitor.report.tables import write_json
from monitor.study.group import criteria_in, in_order
from monitor.study.group_figures import clinical_svg, criteria_svg, trial_svg
from streams.export.cells import text_cell
from streams.messages.version import program_version

NAMED = ("session", "subject", "visit", "site", "file", "status", "reason", "verdict")
MEASURES = ("mean", "area", "peak", "peak_time", "plateau")
TIDY = ("session", "subject", "visit", "site", "outcome", "measure", "value", "sd")
Row = Mapping[str, Any]


def write_group(rows: Sequence[Row], group: Mapping[str, Any], out: Path) -> None:
    """Write sessions.tsv, measures.tsv, group.json and group.html.

    Raises
    ------
    InputError : the folder cannot be written to
    """
    make_folder(out)
    ordered = sorted(rows, key=lambda row: str(row["session"]))
    write_text(out / "sessions.tsv", tsv(_columns(ordered), ordered))
    measures = [m for row in ordered for m in _tidy(row)]
    if measures:
        write_text(out / "measures.tsv", tsv(TIDY, measures))
    else:
        remove_stale(out, "measures.tsv")
    write_json(out / "group.json", group)
    write_text(out / "group.html", group_page(ordered, group))


def _columns(rows: Sequence[Row]) -> tuple[str, ...]:
    """Names, criteria, and the outcomes' values where none is hidden."""
    names = {name for row in rows for name in row}
    values = [f"{name}_{what}" for name in OUTCOMES for what in ("mean", "mean_sd")]
    values += [
        f"{n}_{what}" for n in REPEATED for what in ("reference", "reference_sd")
    ]
    named = [name for name in NAMED if name != "file" or _some(rows, name)]
    return (
        *named,
        "protocol",
        "transients",
        *criteria_in(rows),
        *(name for name in values if name in names),
    )


def _some(rows: Sequence[Row], name: str) -> bool:
    return any(row.get(name) for row in rows)


def _tidy(row: Row) -> list[Row]:
    """Response measures of a session, a row each."""
    who = {name: row[name] for name in ("session", "subject", "visit", "site")}
    return [
        {
            **who,
            "outcome": name,
            "measure": m,
            "value": row[f"{name}_{m}"],
            "sd": row[f"{name}_{m}_sd"],
        }
        for name in OUTCOMES
        for m in MEASURES
        if f"{name}_{m}" in row
    ]


def tsv(header: Sequence[str], rows: Sequence[Row]) -> str:
    """A tab-separated table; what is not known is n/a, as BIDS writes it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in header])
    return text.getvalue()


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "n/a"
    return repr(value) if isinstance(value, float) else text_cell(str(value))


def group_page(rows: Sequence[Row], group: Mapping[str, Any]) -> str:
    """The page of many sessions, numbered by site, visit and subject."""
    ordered = in_order([row for row in rows if row["status"] == "judged"])
    trial = group["trial"]
    courses = trial["courses"] if trial else {}
    clinical = trial["clinical"] if trial else []
    return (
        environment()
        .get_template("group.html.j2")
        .render(
            g=group,
            rows=ordered,
            numbers={row["session"]: i for i, row in enumerate(ordered, 1)},
            titles=TITLES,
            css=style(),
            version=program_version(),
            criteria_svg=criteria_svg(ordered, group) if ordered else "",
            trial_svg=trial_svg(courses) if any(courses.values()) else "",
            clinical_svg=clinical_svg(clinical) if clinical else "",
        )
    )
