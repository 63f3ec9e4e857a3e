"""Which files of a folder are water references of which of the others.

A reference is named like one, or measures as one.  It belongs to the session whose name
is its own but for the words that tell the two apart; where there is one session in the
folder, to that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from streams.errors import InputError
from streams.messages.scanner_names import is_water_name
from streams.sources.checks.water import LEAST_DOMINANCE, peaks
from streams.sources.files.any_format import read_series
from streams.sources.files.open_file import is_recording
from streams.sources.files.series import LOOKED_AT

MOST_MEASURED = 32  # files of one folder that are read to see whether they are water


def waters_beside(files: Sequence[Path]) -> dict[Path, Path | None]:
    """Sessions among the files, each with its water reference if there is one."""
    waters = [path for path in files if is_water_name(path.name)]
    found: dict[Path, Path | None] = {}
    for folder in dict.fromkeys(path.parent for path in files):
        here = [path for path in files if path.parent == folder]
        found |= _in_one_folder(here, [path for path in here if path in waters])
    return {path: found[path] for path in files if path in found}


def _in_one_folder(files: list[Path], waters: list[Path]) -> dict[Path, Path | None]:
    others = [path for path in files if path not in waters]
    if not waters and 1 < len(others) <= MOST_MEASURED:
        waters = [path for path in others if measures_as_water(path)]
        others = [path for path in others if path not in waters]
        if not others:  # water alone: judged, and told to be water
            return dict.fromkeys(files)
    return {path: _of_one(path, others, waters) for path in others}


def _of_one(path: Path, others: list[Path], waters: list[Path]) -> Path | None:
    """The water reference of a session: the only one whose name goes with its own."""
    if len(others) == 1 and len(waters) == 1:
        return waters[0]
    own = [w for w in waters if _nearest(w, others) == path]
    return own[0] if len(own) == 1 else None


def _nearest(water: Path, others: list[Path]) -> Path | None:
    """The one session whose name holds all words of a reference's but its own."""
    words = _words(water) - {w for w in _words(water) if is_water_name(w)}
    fitting = [path for path in others if words <= _words(path)]
    least = min((len(_words(path)) for path in fitting), default=0)
    nearest = [path for path in fitting if len(_words(path)) == least]
    return nearest[0] if words and len(nearest) == 1 else None


def _words(path: Path) -> frozenset[str]:
    stem = re.sub(r"(\.nii)?(\.gz)?$", "", path.name, flags=re.I)
    stem = stem.rsplit(".", 1)[0] if "." in stem else stem
    return frozenset(re.split(r"[\W_]+", stem.casefold())) - {""}


def measures_as_water(path: Path) -> bool:
    """Whether a file, but no recording, holds unsuppressed water and little else."""
    try:
        if path.is_file() and is_recording(path):
            return False
        series = read_series(path)
    except (InputError, OSError):
        return False
    found = peaks(series.fids[:LOOKED_AT], series.acquisition)
    return (
        found is not None
        and not found.suppressed
        and (found.dominance >= LEAST_DOMINANCE)
    )
