"""What `analyse --save-spectra` wrote of a session, read again."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.signal.spectrum import Complex
from monitor.basis.files import read_basis
from monitor.peers.levels import Levels
from monitor.peers.peer import Task
from monitor.report.spectra import AVERAGES, BASIS
from streams.errors import InputError
from streams.messages.transient import Acquisition
from streams.sources.files.nifti_mrs import read_series

WRITER = "analyse --save-spectra"
REMEDY = "analyse the session again with --save-spectra"
SESSION = "session.json"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SavedWindow:
    """An independent window: number, times in s, width of its lines, our levels."""

    number: int
    start_s: float
    end_s: float
    middle_s: float
    fwhm_hz: float
    levels: Levels


@dataclass(frozen=True, slots=True)
class SavedSession:
    """The independent windows of a session, and what they were fitted with.

    Attributes
    ----------
    fids : (windows, points) complex, as they went into our fit
    outcome : of the protocol
    reference_s : reference period, scanner time; None without
    infusion_s : marks of the infusion, scanner time
    ms_a_transient : median of what ours took for a transient with all its steps
    """

    acquisition: Acquisition
    basis: BasisSet
    windows: tuple[SavedWindow, ...]
    fids: Complex
    outcome: str
    ppm_low: float
    ppm_high: float
    reference_s: tuple[float, float] | None
    infusion_s: tuple[float, ...]
    ms_a_transient: float

    def task(self, fid: Complex) -> Task:
        """A spectrum as the other programs get it."""
        norm = float(np.linalg.norm(self.fids, axis=1).mean())
        band = self.ppm_low, self.ppm_high
        return Task(fid, self.acquisition, self.basis, *band, norm)

    @property
    def in_reference(self) -> list[bool]:
        """Whether each window lies in the reference period."""
        low, high = self.reference_s or (np.inf, -np.inf)
        return [low <= w.start_s and w.end_s <= high for w in self.windows]


def read_saved(folder: Path) -> SavedSession:
    """Read a folder that `analyse --save-spectra` wrote.

    Raises
    ------
    InputError : it is no such folder, the outcome is hidden, something is missing, or
        files of two runs
    """
    _refuse_other(folder)
    session = _read(folder / SESSION, _json_of)
    if "outcome_hidden" not in session:
        raise InputError(f"{folder / SESSION} lacks its settings: {REMEDY}.")
    if session["outcome_hidden"] is not False:
        raise InputError(
            f"The protocol of {folder} hides the outcome, and other programs would "
            "show it: nothing is compared before `analyse --unlock REASON`."
        )
    rows = _read(folder / "estimates.csv", _rows_of)
    for name in (AVERAGES, BASIS):
        if not (folder / name).exists():
            raise InputError(f"{folder} has no {name}: {REMEDY}.")
    series, basis = read_series(folder / AVERAGES), read_basis(folder / BASIS)
    fids = np.asarray(series.fids[:, 0], np.complex128)
    try:
        return _session(session, rows, series.acquisition, basis, fids)
    except (KeyError, IndexError, TypeError, ValueError):
        raise InputError(
            f"The files in {folder} are not of one run, or changed: {REMEDY}."
        ) from None


def _refuse_other(folder: Path) -> None:
    """Refuse what is no folder, and a folder of several sessions' results."""
    if not folder.is_dir():
        what = "is no folder" if folder.exists() else "is not there"
        raise InputError(f"{folder} {what}: give a folder that {WRITER} wrote.")
    if not (folder / SESSION).exists():
        inside = sorted(one.parent.name for one in folder.glob(f"*/{SESSION}"))
        if inside:
            raise InputError(
                f"{folder} holds one folder a session: give one of them, "
                f"{folder / inside[0]} for instance."
            )


def _session(
    session: dict[str, Any],
    rows: list[dict[str, str]],
    acquisition: Acquisition,
    basis: BasisSet,
    fids: Complex,
) -> SavedSession:
    names, settings = session["basis"]["names"], session["settings"]
    if list(basis.names) != names or len(rows) != len(fids):
        raise ValueError("not of one run")
    kept = [i for i, row in enumerate(rows) if row["independent"] == "True"]
    if not kept:
        raise ValueError("no window")
    reference = session["reference_s"]
    return SavedSession(
        acquisition=acquisition,
        basis=basis,
        windows=tuple(_window(rows[i], names) for i in kept),
        fids=np.asarray(fids[kept], np.complex128),
        outcome=settings["outcome"],
        ppm_low=settings["ppm_low"],
        ppm_high=settings["ppm_high"],
        reference_s=None if reference is None else (reference[0], reference[1]),
        infusion_s=tuple(session["infusion_s"]),
        ms_a_transient=float(session["timing_ms"]["transient"]["median"]),
    )


def _window(row: dict[str, str], names: list[str]) -> SavedWindow:
    return SavedWindow(
        number=int(row["window"]),
        start_s=float(row["t_start_s"]),
        end_s=float(row["t_end_s"]),
        middle_s=float(row["t_mid_s"]),
        fwhm_hz=float(row["fwhm_hz"]),
        levels={name: float(row[name]) for name in names},
    )


def _read(path: Path, reader: Callable[[str], T]) -> T:
    try:
        return reader(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        raise InputError(
            f"{path} cannot be read: give a folder that {WRITER} wrote."
        ) from None


def _json_of(text: str) -> dict[str, Any]:
    content = json.loads(text)
    if not isinstance(content, dict):
        raise ValueError("no JSON object")
    return content


def _rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(text.splitlines()))
