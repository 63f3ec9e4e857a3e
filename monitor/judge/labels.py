"""What sessions are called in results: by their codes, else by their content.

The name of a file may be that of a person.  The codes that BIDS puts into names
(`site-A_sub-07_ses-2`) are made to be passed on; a file without them is `session-` and
the first digits of its SHA-256, which stay the same whatever is added to the study.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from streams.errors import InputError
from streams.sources.joining.joined_files import SessionPlace, paths_of, session_hash

PLACES = "site", "sub", "ses"
"""Codes that may stand in the names of folders, too."""
FURTHER = "task", "acq", "nuc", "voi", "rec", "run"
UNREADABLE = "unreadable"
DIGITS = 8  # of a hash


def entity(text: str, key: str) -> str:
    """Label that a path holds for a key: 07 for sub in `a/sub-07_ses-2.mcap`."""
    labels = re.findall(rf"(?:^|[/_]){key}-([A-Za-z0-9]+)", text)
    return labels[-1] if labels else ""


def label_of(place: SessionPlace) -> str:
    """The session's codes, or its hash where its subject has none.

    Of several files those that all of them have.
    """
    paths = paths_of(place)
    each = [_codes(path) for path in paths]
    shared = set.intersection(*(set(codes.items()) for codes in each))
    codes = {key: code for key, code in each[0].items() if (key, code) in shared}
    if not codes.get("sub"):
        return f"session-{digits_of(place)}"
    label = "_".join(f"{key}-{code}" for key, code in codes.items() if code)
    return f"{label}_svs" if all("_svs." in path.name for path in paths) else label


def _codes(path: Path) -> dict[str, str]:
    """Every code that a path may hold; empty where it does not."""
    text = path.as_posix()
    codes = {key: entity(text, key) for key in PLACES}
    return codes | {key: entity(path.name, key) for key in FURTHER}


def labels_of(paths: Iterable[Path]) -> list[str]:
    """A label for each path; those with the same codes get their hash appended."""
    paths = list(paths)
    plain = [label_of(path) for path in paths]
    several = [
        f"{label}_{digits_of(path)}" if plain.count(label) > 1 else label
        for label, path in zip(plain, paths, strict=True)
    ]
    return make_unique(several)


def make_unique(labels: Iterable[str]) -> list[str]:
    """Labels that occur again get a number."""
    unique: list[str] = []
    for label in labels:
        tried, n = label, 2
        while tried in unique:
            tried, n = f"{label}_{n}", n + 1
        unique.append(tried)
    return unique


def digits_of(place: SessionPlace) -> str:
    """The first digits of a session's hash."""
    try:
        return session_hash(place)[:DIGITS]
    except InputError:  # said when it is judged
        return UNREADABLE
