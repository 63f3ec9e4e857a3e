"""A session's report written: page, paper, criteria, measures, JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from monitor.judge.session import JudgedSession
from monitor.report.folder import make_folder, remove_stale
from monitor.report.page import session_page
from monitor.report.tables import write_csv, write_json
from streams.export.atomic import replacing

CRITERIA = ("key", "title", "measured", "sense", "limit", "unit", "verdict")
MEASURES = ("outcome", "measure", "value", "sd", "low", "high", "unit")
WINDOWS = (
    "outcome",
    "start_min",
    "end_min",
    "change_percent",
    "sd_percent",
    "reference_sd_percent",
)
MODELS = (
    "model",
    "weight",
    "outcome",
    "parameters",
    "bic_above",
    "aicc_above",
    "log_likelihood",
    "shape",
    "end_percent",
    "end_sd_percent",
    "largest_percent",
    "largest_sd_percent",
)
ANSWERS = ("outcome", "finding", "log_evidence", "since_min", "least_seen_percent")
OF_OUTCOME = {
    "measures": MEASURES,
    "windows": WINDOWS,
    "models": MODELS,
    "answers": ANSWERS,
}
"""Tables of the outcome, by the name of the file and of the part of the report."""


def write_session_report(judged: JudgedSession, out: Path, pdf: bool = True) -> None:
    """Write report.html, report.pdf, qc.json and the tables of a session.

    They are criteria.csv and, of an outcome that is not hidden, measures.csv,
    windows.csv, models.csv and answers.csv; of one that is, those of an earlier report
    are taken away.  qc.json comes last: where it is, the report is whole.

    Raises
    ------
    InputError : the folder cannot be written to
    """
    make_folder(out)
    report = judged.report
    write_text(out / "report.html", session_page(judged))
    if pdf:
        # matplotlib's PDF and the subsetting of letters: a tenth of a second
        from monitor.report.session_paper import write_paper

        write_paper(judged, out / "report.pdf")
    write_rows(out / "criteria.csv", CRITERIA, report["criteria"])
    for name, header in OF_OUTCOME.items():
        if report["outcome_hidden"]:
            remove_stale(out, f"{name}.csv")
        else:
            write_rows(out / f"{name}.csv", header, report[name])
    write_json(out / "qc.json", report)


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all."""
    with replacing(path) as file:
        file.write(text.encode("utf-8"))


def write_rows(
    path: Path, header: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Write a table whose rows may hold more than the header names."""
    write_csv(path, header, ({name: row[name] for name in header} for row in rows))
