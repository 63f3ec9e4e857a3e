"""Names of files as results say them: readable, or left out of a sentence."""

from __future__ import annotations

import re
from pathlib import Path

NO_LETTER = re.compile(r"[\ud800-\udfff]")
"""What Python puts for a byte of another encoding; no file takes it as text."""


def readable(text: str) -> str:
    """A name or words from the command line, "_" for each byte that is no UTF-8."""
    return NO_LETTER.sub("_", text)


def without_names(text: str, path: Path, water: Path | None = None) -> str:
    """A sentence in which a file is "the file" and its water "the water reference".

    Names are found with and without their folders, and with another ending.
    """
    for file, words in ((path, "the file"), (water, "the water reference")):
        if file is not None:
            text = _name(file).sub(words, text)
    return text[:1].upper() + text[1:]


def _name(file: Path) -> re.Pattern[str]:
    places = {str(file), file.as_posix(), str(file.resolve()), file.resolve().name}
    spelt = [re.escape(place) for place in sorted(places, key=len, reverse=True)]
    stem = file.name.split(".")[0]
    if stem and stem != file.name:  # Philips: NAME.SPAR beside NAME.SDAT
        spelt.append(rf"{re.escape(stem)}\.\w+(?:\.gz)?")
    return re.compile(rf"(?<!\w)(?:{'|'.join(spelt)})(?!\w)", re.IGNORECASE)
