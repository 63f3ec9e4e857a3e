"""Another program: what it is given, how it is called, what is read of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.signal.spectrum import Complex
from monitor.peers.levels import Levels
from streams.messages.transient import Acquisition

LONGEST = 160
"""Letters of what a peer said that go into a sentence of ours."""
ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
"""Colours and the like, as terminals take them."""


class PeerError(Exception):
    """A peer that did not do its work; one line says how."""


def plain(said: str) -> str:
    """What a peer said, as it can stand in a sentence: letters alone, and not long."""
    letters = (c if c.isprintable() else " " for c in ESCAPES.sub("", said))
    words = "".join(letters).strip()
    return words if len(words) <= LONGEST else f"{words[: LONGEST - 4]} ..."


@dataclass(frozen=True, slots=True)
class Task:
    """One spectrum to be fitted.

    Attributes
    ----------
    fid : (points,) complex, the convention of `streams`
    acquisition : how it was acquired
    basis : metabolites and macromolecules, with a line that decays
    ppm_low, ppm_high : fitted range
    norm : of a usual FID of the session, for programs that want numbers of one size
    """

    fid: Complex
    acquisition: Acquisition
    basis: BasisSet
    ppm_low: float
    ppm_high: float
    norm: float

    @property
    def basis_norm(self) -> float:
        """Mean norm of the basis set's FIDs."""
        return float(np.linalg.norm(self.basis.fids, axis=1).mean())

    @property
    def scale(self) -> float:
        """What levels are divided by where a usual FID has the basis set's norm."""
        return self.norm / self.basis_norm


@dataclass(frozen=True, slots=True)
class Peer:
    """Another program.

    Attributes
    ----------
    name, program : as it is called, and its executable
    option : of our command line, that names the executable
    prepare : writes into a folder what it reads
    arguments : of its command line, run in that folder
    stdin : file of that folder that it reads from standard input
    results : file with its concentrations
    read : levels from the text of that file, by our names; `PeerError` where it holds
        none
    """

    name: str
    program: str
    option: str
    prepare: Callable[[Task, Path], None]
    arguments: Callable[[Task], tuple[str, ...]]
    stdin: str | None
    results: str
    read: Callable[[str, Task], Levels]
