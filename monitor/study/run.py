"""A run over many sessions: find, judge, put together."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.judge.provenance import program_hash
from monitor.protocol.choose import Wishes
from monitor.report.folder import make_folder
from monitor.report.tables import write_json
from monitor.study.batch import Job, Row, Tell, run_here
from monitor.study.cluster import run_on_cluster
from monitor.study.group import group_report
from monitor.study.group_files import write_group
from monitor.study.participants import Visit
from monitor.study.sessions import StudySession
from streams.errors import InputError

ROWS = "rows.json"


@dataclass(frozen=True, slots=True)
class StudyPlan:
    """What is to be done with the sessions.

    Attributes
    ----------
    workers : processes on this machine
    scheduler : address of a dask scheduler; empty: this machine
    visits : from the participants file; None without one
    """

    wishes: Wishes
    out: Path
    pdf: bool = True
    workers: int = 2
    scheduler: str = ""
    visits: Mapping[tuple[str, str], Visit] | None = None


def judge_all(
    sessions: Sequence[StudySession], plan: StudyPlan, tell: Tell
) -> list[Row]:
    """Judge sessions; rows in the order of the sessions, kept in rows.json.

    Raises
    ------
    InputError : the folder cannot be written to, or there is no such scheduler
    """
    make_folder(plan.out)
    jobs = [Job(s, plan.wishes, plan.out / s.label, plan.pdf) for s in sessions]
    done: dict[str, Row] = {}

    def take(row: Row) -> None:
        done[str(row["session"])] = row
        tell(row)

    if plan.scheduler:
        run_on_cluster(jobs, plan.scheduler, take)
    else:
        run_here(jobs, plan.workers, take)
    rows = [done[s.label] for s in sessions]
    write_json(plan.out / ROWS, {"program_sha256": program_hash(), "rows": rows})
    return rows


def earlier_rows(out: Path) -> tuple[list[Row], bool]:
    """Rows of an earlier run in this folder, and whether another program made them.

    None where there was none.

    Raises
    ------
    InputError : they are damaged
    """
    place = out / ROWS
    if not place.is_file():
        return [], False
    try:
        content = json.loads(place.read_text(encoding="utf-8"))
        rows: list[Row] = content["rows"]
        by = content["program_sha256"]
        if not all(isinstance(row, dict) for row in rows):
            raise TypeError("no rows")
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise InputError(f"{place} is damaged: run participant again.") from None
    return rows, by != program_hash()


def write_study(rows: Sequence[Row], plan: StudyPlan) -> dict[str, Any]:
    """Write the tables and the page of all sessions; returns what the page says."""
    group = group_report(rows, plan.visits)
    write_group(rows, group, plan.out)
    return group
