"""Many sessions judged, on this machine or on a cluster.

`judge_job` judges one session and never fails: whatever a file does becomes a row with
its reason.  A session whose qc.json is there already for the same input, wishes and
program is not done again.  HDF5 files are opened in processes of their own, because
libhdf5 can end its process on a damaged file.
"""

from __future__ import annotations

import json
import multiprocessing as mp
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import (
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    as_completed,
)
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from monitor.judge.provenance import wishes_hash
from monitor.judge.session import judge
from monitor.protocol.choose import Wishes
from monitor.report.session_files import write_session_report
from monitor.run.ctrl_c import end_by_ctrl_c, without_ctrl_c
from monitor.study.sessions import StudySession, infusion_of
from streams.errors import InputError
from streams.messages.transient import Event, Transient
from streams.recording.content_hash import sha256_of
from streams.sources.file_names import readable, without_names
from streams.sources.files.any_format import HDF5_MAGIC
from streams.sources.files.bids_beside import AUTHOR as BIDS
from streams.sources.files.open_file import open_source

CRASHED = "Reading it ended the process: the file is damaged."
Row = dict[str, Any]
Tell = Callable[[Row], None]


@dataclass(frozen=True, slots=True)
class Job:
    """A session, how it is to be judged, and the folder of its results."""

    session: StudySession
    wishes: Wishes
    out: Path
    pdf: bool = True


def judge_job(job: Job) -> Row:
    """Judge a session, or read its earlier report; the row of the table."""
    try:
        job = _with_events(job)
        report = _earlier_report(job)
        if report is None:
            s = job.session
            judged = judge(s.path, job.wishes, s.water, s.title, s.named)
            write_session_report(judged, job.out, job.pdf)
            report = _read(job.out / "qc.json")
    except InputError as error:
        return failed_row(job, _reason_without_names(job.session, str(error)))
    except Exception as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0][:200]
        reason = _reason_without_names(job.session, reason)
        return failed_row(job, f"Not understood by the program ({reason}).")
    return row_of(job, report)


def _reason_without_names(session: StudySession, reason: str) -> str:
    """Why a session could not be judged, without names where they are not wanted."""
    if session.named:
        return reason
    if session.events is not None:
        reason = reason.replace(session.events.name, "The events file")
    return without_names(reason, session.path, session.water)


def _with_events(job: Job) -> Job:
    """Take the infusion from a BIDS events file where nothing else says it."""
    events, changes = job.session.events, dict(job.wishes.changes)
    if events is None or "infusion_s" in changes:
        return job
    infusion = infusion_of(events)
    first_s = _first_without_events(job.session.path)
    if infusion is None or first_s is None:
        return job
    infusion = (infusion[0] + first_s, infusion[1] + first_s)
    wishes = replace(job.wishes, changes={**changes, "infusion_s": infusion})
    return replace(job, wishes=wishes)


def _first_without_events(path: Path) -> float | None:
    """Time of the first transient, s; None where the file marks an infusion itself.

    Onsets of a BIDS events file count from that transient.
    """
    first_s: float | None = None
    for body in open_source(path).bodies:
        marked = body if isinstance(body, Event) else None
        if marked and (marked.kind, marked.author != BIDS) == ("infusion_start", True):
            return None
        if isinstance(body, Transient) and first_s is None:
            first_s = body.time_s
    return first_s


def _earlier_report(job: Job) -> Row | None:
    """The report of an earlier run where input and wishes are the same."""
    place = job.out / "qc.json"
    if not place.is_file() or (job.pdf and not (job.out / "report.pdf").is_file()):
        return None
    try:
        report = _read(place)
    except (OSError, ValueError, RecursionError):
        return None
    s = job.session
    same = (
        report.get("session") == s.title
        and report.get("input_sha256") == sha256_of(s.path)
        and report.get("wishes_sha256") == wishes_hash(job.wishes, s.water)
    )
    return report if same else None


def _read(path: Path) -> Row:
    report = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(report, dict):
        raise ValueError("no JSON object")
    return report


def _identity(job: Job) -> Row:
    s = job.session
    return {
        "session": s.label,
        "subject": s.subject,
        "visit": s.visit,
        "site": s.site,
        "file": readable(s.path.name) if s.named else None,
    }


def failed_row(job: Job, reason: str) -> Row:
    """The row of a session that could not be judged."""
    return _identity(job) | {"status": "not judged", "reason": reason}


def row_of(job: Job, report: Row) -> Row:
    """The row of a judged session: criteria, and outcomes that are not hidden.

    `changes` holds its windows, for models over sessions; it is not in the table.
    """
    judged = {c["key"]: c["measured"] for c in report["criteria"]}
    verdicts = {c["key"]: c["verdict"] for c in report["criteria"]}
    row = _identity(job) | {
        "status": "judged",
        "reason": "",
        "verdict": report["verdict"],
    }
    row |= {"protocol": report["protocol"]["name"], **judged}
    row |= {"transients": report["counts"]["transients"], "verdicts": verdicts}
    row["limits"] = {c["key"]: c["limit"] for c in report["criteria"]}
    row["outcome"] = report["outcome"]
    row["target_percent"] = report["settings"]["reference_target_percent"]
    for name, reference in report.get("reference_values", {}).items():
        row[f"{name}_reference"] = reference["value"]
        row[f"{name}_reference_sd"] = reference["sd"]
    for m in report.get("measures", ()):
        row[f"{m['outcome']}_{m['measure']}"] = m["value"]
        row[f"{m['outcome']}_{m['measure']}_sd"] = m["sd"]
    row["windows"] = report.get("windows", [])
    return row


def run_here(jobs: Sequence[Job], workers: int, tell: Tell) -> None:
    """Judge sessions in a pool of processes; `tell` gets each row as it is done.

    The largest files come first, so that no process is left with a long session while
    the others have nothing to do.
    """
    jobs = largest_first(jobs)
    alone = [job for job in jobs if _is_hdf5(job.session.path)]
    pooled = [job for job in jobs if job not in alone]
    if pooled:
        alone += _judge_in_pool(pooled, workers, tell)
    with ThreadPoolExecutor(workers) as waiting:  # for the process of each
        for row in waiting.map(_judge_alone, alone):
            tell(row)


def largest_first(jobs: Sequence[Job]) -> list[Job]:
    """Jobs by the size of their files, which is what a session costs."""
    return sorted(jobs, key=lambda job: -_size_of(job.session.path))


def _size_of(path: Path) -> int:
    """Bytes of a file, or of the files in a folder; 0 where it cannot be read."""
    try:
        files = path.iterdir() if path.is_dir() else [path]
        return sum(one.stat().st_size for one in files)
    except OSError:
        return 0


def _begin_in_pool() -> None:
    """Let this process end by Ctrl-C, and with its parent."""
    end_by_ctrl_c()
    _end_with_parent()


def _end_with_parent() -> None:
    """Let this process end when its parent does; one of a pool would wait for ever."""
    parent = mp.parent_process()

    def follow() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=follow, daemon=True).start()


def _pool(workers: int) -> ProcessPoolExecutor:
    spawn = mp.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=spawn, initializer=_begin_in_pool)


def _judge_in_pool(jobs: Sequence[Job], workers: int, tell: Tell) -> list[Job]:
    """Judge in a pool; the jobs that were lost with a process that ended."""
    left: list[Job] = []
    with _pool(min(workers, len(jobs))) as pool:
        with without_ctrl_c():
            futures: dict[Future[Row], Job] = {
                pool.submit(judge_job, job): job for job in jobs
            }
        try:
            for future in as_completed(futures):
                try:
                    tell(future.result())
                except BrokenProcessPool:
                    left.append(futures[future])
        except BaseException:  # Ctrl-C for this process alone: nobody else heard it
            _end_pool(pool)
            raise
    return left


def _end_pool(pool: ProcessPoolExecutor) -> None:
    """End a pool whose results nobody waits for: what is written is whole."""
    pool.shutdown(wait=False, cancel_futures=True)
    for process in mp.active_children():
        process.terminate()
        process.join()


def _judge_alone(job: Job) -> Row:
    """Judge one session in a process of its own, which may end."""
    try:
        with _pool(1) as pool:
            with without_ctrl_c():
                judging = pool.submit(judge_job, job)
            return judging.result()
    except BrokenProcessPool:
        return failed_row(job, CRASHED)


def _is_hdf5(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(HDF5_MAGIC)) == HDF5_MAGIC
    except OSError:
        return False
