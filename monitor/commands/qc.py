"""`qc`: sessions judged, one or many, and what a protocol would detect."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.commands.arguments import (
    Basis,
    Choose,
    Infusion,
    Names,
    Override,
    Protocol,
    Reference,
    Water,
)
from monitor.commands.joined_files import Gap, Join, said_of_each, session_places
from monitor.commands.option_values import wishes_of
from monitor.commands.printing import say, say_on
from monitor.judge.session import judge
from monitor.protocol.choose import Wishes
from monitor.report.folder import results_folder
from monitor.report.session_files import write_session_report
from monitor.run.unlock import check_reason, note_beside
from monitor.study.participants import read_participants
from monitor.study.run import StudyPlan, earlier_rows, judge_all, write_study
from monitor.study.sessions import StudySession, find_sessions
from streams.errors import InputError
from streams.sources.file_names import readable
from streams.sources.files.by_spec2nii import is_series_folder
from streams.sources.joining.joined_files import SessionPlace, paths_of

Sessions = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Recordings, files or folders; or BIDS_DIR OUT participant|group."
    ),
]
Participants = Annotated[
    Path | None,
    typer.Option(
        "--participants",
        help="TSV or CSV: subject, visit, condition, [sex, score_before, score_after].",
    ),
]
LEVELS = ("participant", "group")


PHANTOM: dict[str, object] = {"phantom": True, "macromolecules": "none"}
"""Settings for a sphere: it holds no macromolecules, and has criteria of its own."""


def register(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command("qc")(judge_sessions)


def judge_sessions(
    sessions: Sessions = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the results.")
    ] = None,
    water: Water = None,
    choose: Choose = None,
    basis: Basis = "",
    protocol: Protocol = "",
    reference: Reference = None,
    infusion: Infusion = None,
    override: Override = False,
    join: Join = False,
    gap: Gap = None,
    participants: Participants = None,
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="Also on paper.")] = True,
    workers: Annotated[
        int | None, typer.Option("--workers", help="Processes; default: one a core.")
    ] = None,
    scheduler: Annotated[
        str, typer.Option("--scheduler", help="Address of a dask scheduler.")
    ] = "",
    names: Names = False,
    unlock: Annotated[
        str | None,
        typer.Option(
            "--unlock", help="Report a blinded outcome; the REASON is recorded."
        ),
    ] = None,
    phantom: Annotated[
        bool,
        typer.Option(
            "--phantom",
            help="A sphere of metabolites: no macromolecules; judged by its "
            "temperature and the place of its lines, not by water, lipid or infusion.",
        ),
    ] = False,
    inject: Annotated[
        bool,
        typer.Option(
            "--inject",
            help="One session: put a known change of glutamate into copies of it, "
            "and report what is read.",
        ),
    ] = False,
    simulate: Annotated[
        str,
        typer.Option("--simulate", help="PROTOCOL: what it would detect."),
    ] = "",
) -> None:
    """Judge sessions by the criteria of their protocol.

    One file, or several with --join, gives a report (HTML, PDF, CSV, JSON); several
    files or a folder give one report each, a table and a group page.  What was
    judged before is not done again.  With a participants file the group page shows
    condition by time.  Sessions are called by the labels in their names
    (sub-01_ses-2), else by a hash of their content; with --names by their files' names.

    Examples: mrs-monitor qc session.mcap --out report
    mrs-monitor qc STUDY --out results --participants participants.tsv
    mrs-monitor qc BIDS_DIR results participant
    mrs-monitor qc --simulate press_3t_te30 --out plan
    """
    reason = check_reason(unlock)
    kind = PHANTOM if phantom else {}
    wishes = wishes_of(
        protocol, basis, reference, infusion, choose, reason, override, **kind
    )
    places, out, level = _bids_app(sessions or [], out)
    if simulate:
        _simulate(simulate, out)
        return
    if not places:
        raise InputError("Give a recording or a folder to judge.")
    if reason:
        _note_reason(places, reason)
    judged = session_places(places, join, gap)
    if len(judged) == 1 and _is_one(judged[0]) and not participants:
        _judge_one(judged[0], out, wishes, water, pdf, names, inject)
        return
    if inject:
        raise InputError("--inject takes one session: give one file, or --join.")
    if join:
        raise InputError("--join takes the files of one visit, and no --participants.")
    each = said_of_each(len(places), reference=reference, infusion=infusion)
    if each:
        say(each, err=True)
    _judge_many(
        places, wishes, out, pdf, workers, scheduler, water, participants, level, names
    )


def _is_one(place: SessionPlace) -> bool:
    """A file, or a folder of DICOM files, which is a series; or several, joined."""
    return all(path.is_file() or is_series_folder(path) for path in paths_of(place))


def _note_reason(places: list[Path], reason: str) -> None:
    """Write why the outcome is looked at beside every recording."""
    for session in find_sessions(places):
        note_beside(session.path, reason)


def _bids_app(sessions: list[Path], out: Path | None) -> tuple[list[Path], Path, str]:
    """Places, folder of results and level; `BIDS_DIR OUT participant|group` too."""
    level = ""
    if out is None and len(sessions) == 3 and sessions[2].name in LEVELS:
        sessions, out, level = sessions[:1], sessions[1], sessions[2].name
    if out is None:
        raise InputError("Give a folder for the results: --out DIR.")
    return sessions, out, level


def _judge_one(
    session: SessionPlace,
    out: Path,
    wishes: Wishes,
    water: Path | None,
    pdf: bool,
    names: bool,
    inject: bool,
) -> None:
    with results_folder(out):
        title = readable(session.name) if names else ""
        judged = judge(session, wishes, water, title, names, inject)
        write_session_report(judged, out, pdf)
    say(f"{judged.report['verdict']}: {out / 'report.html'}")


def _judge_many(
    places: list[Path],
    wishes: Wishes,
    out: Path,
    pdf: bool,
    workers: int | None,
    scheduler: str,
    water: Path | None,
    participants: Path | None,
    level: str,
    names: bool,
) -> None:
    if water is not None:
        raise InputError(
            "--water goes with one file; in a folder name the water references "
            "water*, wref* or *_mrsref."
        )
    visits = read_participants(participants) if participants else None
    plan = StudyPlan(
        wishes, out, pdf, workers or os.cpu_count() or 1, scheduler, visits
    )
    rows, of_another = earlier_rows(out) if level == "group" else ([], False)
    if of_another:
        say(
            f"{out / 'rows.json'} was made by another program: run participant again "
            "for results of this one.",
            err=True,
        )
    if not rows:
        sessions = find_sessions(places, names)
        for session in sessions:
            if not names and not session.subject:
                say(f"{session.label}: {session.path}", err=True)
        rows = _judge(sessions, plan)
    if level == "participant":
        return
    group = write_study(rows, plan)
    say(
        f"{group['judged']} of {group['sessions']} sessions judged, "
        f"{group['judged'] - group['all_kept']} miss a criterion: {out / 'group.html'}"
    )
    if not group["judged"]:
        raise typer.Exit(2)


def _judge(sessions: Sequence[StudySession], plan: StudyPlan) -> list[dict[str, Any]]:
    """Judge with a progress bar; what could not be judged is said at once."""
    from rich.console import Console  # one session needs neither
    from rich.progress import Progress

    console = Console(stderr=True)
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task("sessions", total=len(sessions))

        def tell(row: dict[str, Any]) -> None:
            progress.advance(task)
            if row["status"] != "judged":
                sentence = f"{row['session']}: {row['reason']}"
                say_on(console, sentence)

        return judge_all(sessions, plan, tell)


def _simulate(protocol: str, out: Path) -> None:
    # The virtual scanner: no session that is judged needs it.
    from rich.console import Console
    from rich.progress import Progress

    from monitor.judge.power import foresee
    from monitor.report.power_files import write_foreseen

    bar = Progress(console=Console(stderr=True), transient=True)
    with results_folder(out), bar as progress:
        task = progress.add_task("simulated sessions", total=None)
        foreseen = foresee(
            protocol,
            lambda done, of: progress.update(task, completed=done, total=of),
        )
        write_foreseen(foreseen, out)
    say(f"{foreseen.sentence} {out / 'detectable.html'}")
