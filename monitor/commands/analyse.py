"""`analyse`: the pipeline without a window."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.analysis.update import Update
from monitor.commands import options
from monitor.commands.arguments import (
    Basis,
    Choose,
    Files,
    Infusion,
    Names,
    Out,
    Override,
    Protocol,
    Reference,
    Step,
    Water,
    WindowLength,
)
from monitor.commands.joined_files import Gap, Join, said_of_each, session_places
from monitor.commands.option_values import wishes_of
from monitor.commands.printing import say
from monitor.commands.progress_bar import progress_bar
from monitor.judge.labels import labels_of
from monitor.protocol.choose import Wishes
from monitor.report.folder import results_folder
from monitor.report.result_tables import write_tables
from monitor.report.wording import limits_missed
from monitor.run.analyse import analyse, with_notes
from monitor.run.analysed_content import about
from monitor.run.remarks import change_at_the_end, for_terminal
from monitor.run.result import Result
from monitor.run.unlock import check_reason, note_beside
from streams.errors import InputError
from streams.messages.transient import Message
from streams.sources.joining.joined_files import SessionPlace, paths_of


def register(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command("analyse")(analyse_files)


def analyse_files(
    files: Files,
    out: Out,
    water: Water = None,
    choose: Choose = None,
    basis: Basis = "",
    protocol: Protocol = "",
    window: WindowLength = None,
    step: Step = None,
    reference: Reference = None,
    infusion: Infusion = None,
    override: Override = False,
    join: Join = False,
    gap: Gap = None,
    no_align: Annotated[
        bool,
        typer.Option(
            "--no-align", help="Leave frequency and phase of transients alone."
        ),
    ] = False,
    no_coil_combine: Annotated[
        bool, typer.Option("--no-coil-combine", help="Use the first coil only.")
    ] = False,
    no_reject: Annotated[
        bool, typer.Option("--no-reject", help="Give every transient the same weight.")
    ] = False,
    no_water_removal: Annotated[
        bool, typer.Option("--no-water-removal", help="Leave the residual water in.")
    ] = False,
    two_pass: Annotated[
        bool,
        typer.Option(
            "--two-pass",
            help="Align again against the whole reference period: not as live.",
        ),
    ] = False,
    metabolites: Annotated[
        str | None, typer.Option("--metabolites", help="A,B,...: fit only these.")
    ] = None,
    save_spectra: Annotated[
        bool, typer.Option("--save-spectra", help="The signals as NIfTI-MRS, too.")
    ] = False,
    names: Names = False,
    unlock: Annotated[
        str | None,
        typer.Option(
            "--unlock", help="Write a blinded outcome; the REASON is recorded."
        ),
    ] = None,
) -> None:
    """Analyse recordings or files into tables.

    Needs a basis set that belongs to the sequence, unless the session names a bundled
    protocol.  Several files go into one folder each; with --join they are one session.

    Example: mrs-monitor analyse metab.nii.gz --water wref.nii.gz --basis 3t.BASIS
    --reference 0:600 --out results
    """
    reason = check_reason(unlock)
    wishes = wishes_of(
        protocol,
        basis,
        reference,
        infusion,
        choose,
        reason,
        override,
        window=window,
        step=step if step is not None else _step_for(window),
        metabolites=options.names(metabolites),
        align=False if no_align else None,
        coil_combine=False if no_coil_combine else None,
        reject=False if no_reject else None,
        water_removal=False if no_water_removal else None,
        two_pass=True if two_pass else None,
    )
    failed = 0
    sessions = session_places(files, join, gap)
    each = said_of_each(len(sessions), reference=reference, infusion=infusion)
    if each:
        say(each, err=True)
    for session, folder in _places(sessions, out, names):
        try:
            if reason is not None:
                _note_reason(session, reason)
            _analyse_one(session, water, wishes, folder, save_spectra, names)
        except InputError as error:
            if len(sessions) == 1:
                raise
            failed += 1
            say(f"mrs-monitor: {session}: {error}", err=True)
    if failed:
        raise typer.Exit(2)


def _note_reason(session: SessionPlace, reason: str) -> None:
    """Write why the outcome is looked at beside every file of a session."""
    for path in paths_of(session):
        say(f"reason recorded: {note_beside(path, reason)}", err=True)


def _places(
    sessions: list[SessionPlace], out: Path, named: bool
) -> list[tuple[SessionPlace, Path]]:
    """Each session with its folder: `out` itself, or one in it that no other has.

    That is called by the label of the session, or as `named` by the name of its file.

    Raises
    ------
    InputError : a file is named twice
    """
    if len(sessions) == 1:
        return [(sessions[0], out)]
    files = [path for session in sessions for path in paths_of(session)]
    if not named:
        labels = labels_of(files)
        return [(path, out / label) for path, label in zip(files, labels, strict=True)]
    names = [path.name.split(".")[0] for path in files]
    if len(set(names)) < len(names):  # sub-01/metab.nii.gz sub-02/metab.nii.gz
        names = [
            f"{path.resolve().parent.name}_{name}"
            for path, name in zip(files, names, strict=True)
        ]
    for name in names:
        if names.count(name) > 1:
            raise InputError(
                f"Two of the files would both be written into {out / name}: "
                "analyse them one by one."
            )
    return [(path, out / name) for path, name in zip(files, names, strict=True)]


def _step_for(window: int | None) -> int | None:
    """A step that goes with a short window; None: the protocol's."""
    return None if window is None else max(1, window // 8)


def _analyse_one(
    session: SessionPlace,
    water: Path | None,
    wishes: Wishes,
    out: Path,
    spectra: bool,
    names: bool,
) -> None:
    with results_folder(out), progress_bar(session.name) as count:

        def advance(_: Message, update: Update) -> None:
            count(update.quality is not None)

        result = analyse(session, wishes, water, advance, names)
    result = with_notes(result, limits_missed(result))
    read = about(session, names, result.pieces)
    write_tables(result, out, result.origin, spectra, read)
    if spectra and result.hidden:
        say("No spectra are written: the protocol hides the outcome.", err=True)
    _say(result, out)


def _say(result: Result, out: Path) -> None:
    """What was noticed and what came out."""
    for text in (*for_terminal(result.notes), change_at_the_end(result)):
        if text:
            say(text, err=True)
    failed = sum(not estimate.converged for estimate in result.estimates)
    end = f", {failed} of them not converged" if failed else ""
    counted = (
        f"{_plural(len(result.qualities), 'transient')}, "
        f"{_plural(len(result.estimates), 'window')}"
    )
    say(f"{counted}{end}: {out}", err=True)


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
