"""`basis simulate | convert | show | add-mm`: basis sets from the command line."""

from __future__ import annotations

import math
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from monitor.analysis.basis.basis_set import NOTE
from monitor.analysis.basis.mm_phase import mm_phase_said
from monitor.basis.files import load_basis, write_basis
from monitor.basis.measured_mm import add_measured
from monitor.basis.simulated import USUAL, simulate_basis
from monitor.commands import options
from monitor.commands.printing import say
from streams.errors import InputError
from streams.spins import Sequence

app = typer.Typer(
    help="Basis sets: make, convert, look at.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def register(program: typer.Typer) -> None:
    """Add the commands to the program."""
    program.add_typer(app, name="basis")


class SequenceKind(StrEnum):
    """Sequences that can be simulated."""

    PRESS = "press"
    STEAM = "steam"
    SLASER = "slaser"
    LASER = "laser"
    MEGAPRESS = "megapress"


class Pulses(StrEnum):
    """How the refocusing pulses are simulated."""

    IDEAL = "ideal"
    SHAPED = "shaped"


class AddedMacromolecules(StrEnum):
    """Components to add."""

    NONE = "none"
    SINGLE = "single"
    FIVE = "five"


@app.command("simulate")
def simulate(
    sequence: Annotated[SequenceKind, typer.Option("--sequence", help="Its kind.")],
    te: Annotated[float, typer.Option("--te", help="Echo time, ms.")],
    mhz: Annotated[float, typer.Option("--mhz", help="Spectrometer frequency.")],
    dwell: Annotated[float, typer.Option("--dwell", help="Dwell time, s.")],
    points: Annotated[int, typer.Option("--points", help="Points of a FID.")],
    out: Annotated[Path, typer.Option("--out", help=".BASIS, .npz or a folder.")],
    te1: Annotated[
        float | None, typer.Option("--te1", help="First echo time, ms.")
    ] = None,
    tm: Annotated[float | None, typer.Option("--tm", help="Mixing time, ms.")] = None,
    edit: Annotated[
        float | None, typer.Option("--edit", help="MEGA-PRESS editing pulse, ppm.")
    ] = None,
    pulses: Annotated[
        Pulses, typer.Option("--pulses", help="Refocusing.")
    ] = Pulses.IDEAL,
    mm: Annotated[
        AddedMacromolecules, typer.Option("--mm", help="MM to add.")
    ] = AddedMacromolecules.NONE,
    metabolites: Annotated[
        str | None, typer.Option("--metabolites", help="A,B,...; the usual 21.")
    ] = None,
) -> None:
    """Simulate a basis set by density matrix.

    Example: mrs-monitor basis simulate --sequence press --te 30 --mhz 123.25
    --dwell 4e-4 --points 2048 --mm five --out press30.BASIS
    """
    _check_numbers(te, mhz, dwell, points)
    if tm is not None and sequence is not SequenceKind.STEAM:
        raise InputError(f"--tm goes with --sequence steam, not with {sequence}.")
    _check_folder(out)
    pulse_sequence = Sequence(
        sequence.value,
        te / 1e3,
        None if te1 is None else te1 / 1e3,
        None if tm is None else tm / 1e3,
        pulses.value,
        edit,
    )
    names = options.names(metabolites) or USUAL
    title = f"simulated {sequence.value} TE {te:g} ms"
    basis = simulate_basis(pulse_sequence, mhz, dwell, points, names, mm.value, title)
    write_basis(basis, out)
    say(f"{', '.join(basis.names)}: {out}")


def _check_numbers(te: float, mhz: float, dwell: float, points: int) -> None:
    """Refuse a value that is not above 0, or is in another unit."""
    for option, value, least, most, unit in (
        ("--te", te, 1.0, 1000.0, "ms"),
        ("--mhz", mhz, 1.0, 2000.0, "MHz"),
        ("--dwell", dwell, 1e-6, 0.02, "s"),
        ("--points", points, 16, 1 << 20, "points"),
    ):
        if not 0 < value < math.inf:
            raise InputError(f"{option} {value:g}: give a number above 0.")
        if not least <= value <= most:
            raise InputError(
                f"{option} {value:g} cannot be right: it is in {unit}, from {least:g} "
                f"to {most:.7g}."
            )


def _check_folder(out: Path) -> None:
    """Say before a long simulation that its result would have no place."""
    if not out.parent.is_dir():
        raise InputError(f"There is no folder {out.parent} for {out.name}: make it.")


@app.command("convert")
def convert(
    basis: Annotated[str, typer.Argument(help="A file, a folder or a bundled name.")],
    out: Annotated[Path, typer.Option("--out", help=".BASIS, .npz or a folder.")],
) -> None:
    """Write a basis set in another format.

    Example: mrs-monitor basis convert press_3t_te30 --out press30.BASIS
    """
    _check_folder(out)
    held = load_basis(basis)
    write_basis(held, out)
    if NOTE in held.provenance:
        say(held.provenance[NOTE])
    say(out)


@app.command("show")
def show(
    basis: Annotated[str, typer.Argument(help="A file, a folder or a bundled name.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Draw it: .png, .svg or .pdf.")
    ] = None,
) -> None:
    """List what is in a basis set, and draw it.

    Example: mrs-monitor basis show press_3t_te30 --out press30.png
    """
    held = load_basis(basis)
    te = "" if held.echo_time_s is None else f"TE {1e3 * held.echo_time_s:g} ms, "
    say(
        f"{held.source}: {held.sequence} {te}"
        f"{held.spectrometer_frequency_mhz:.3f} MHz, {held.nucleus}, "
        f"dwell time {1e6 * held.dwell_time_s:g} us, {held.points} points"
    )
    say(", ".join(held.names))
    for key, value in held.provenance.items():
        say(f"{key}: {value}")
    if turned := mm_phase_said(held):
        say(turned)
    if out is not None:
        from monitor.report.basis_figure import draw

        draw(held, out)
        say(out)


@app.command("add-mm")
def add_mm(
    basis: Annotated[str, typer.Argument(help="A file, a folder or a bundled name.")],
    mm: Annotated[Path, typer.Option("--mm", help="Metabolite-nulled spectrum.")],
    out: Annotated[Path, typer.Option("--out", help=".BASIS, .npz or a folder.")],
    water: Annotated[
        Path | None, typer.Option("--water", help="Its water reference.")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep-residues", help="Leave metabolites in it.")
    ] = False,
    picture: Annotated[
        Path | None, typer.Option("--picture", help="Where to draw it; beside --out.")
    ] = None,
) -> None:
    """Put measured macromolecules into a basis set, without noise and residues.

    Example: mrs-monitor basis add-mm press_3t_te30 --mm nulled.nii.gz --out own.npz
    """
    from monitor.report.mm_figure import draw

    _check_folder(out)
    added = add_measured(load_basis(basis), mm, water, not keep)
    found = added.found
    say(f"Noise {found.noise_percent:.1f} % of the highest point.")
    verb = "Kept" if keep else "Taken out"
    seen = [f"{r.name} {r.percent:+.0f} %" for r in found.residues if r.seen]
    say(f"{verb}: {', '.join(seen) or 'no metabolite was left'}.")
    for note in added.notes:
        say(note)
    write_basis(added.basis, out)
    drawn = picture or out.with_suffix(".png")
    draw(found, f"{mm.name}: macromolecules", drawn)
    say(f"{', '.join(added.basis.names)}: {out}, drawn in {drawn}")
