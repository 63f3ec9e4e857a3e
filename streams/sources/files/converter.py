"""The converter spec2nii in a process of its own, and what is said when it fails.

What a traceback quotes, and each of its words that stands in the file, may be a name
or a date of birth: it is left out.  A key that the converter misses is said: what is
not in the file is nobody's.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from streams.errors import InputError

CONVERTER = "from spec2nii.spec2nii import main; main()"
LONGEST_S = 600.0
LONGEST_REASON = 200
SEARCHED = 1 << 22  # bytes of a file in which a key is looked for
KEY = re.compile(r"^KeyError: (?P<quote>['\"])(?P<key>[A-Za-z]\w{0,60})(?P=quote)$")
WORD = re.compile(r"\w{3,}")
PLACE = re.compile(r'File ".*?(?P<file>[^/\\"]+)", line (?P<line>\d+), in ')


class ConversionError(InputError):
    """The converter failed; `key` is what it misses in the file, where it says that."""

    def __init__(self, sentence: str, key: str = "") -> None:
        super().__init__(sentence)
        self.key = key


def convert(path: Path, arguments: Sequence[str], read: Iterable[Path] = ()) -> None:
    """Run spec2nii.

    Parameters
    ----------
    path : the file, for sentences
    arguments : of the command line
    read : files that it reads

    Raises
    ------
    ConversionError : it fails, or takes too long
    """
    run = [sys.executable, "-c", CONVERTER, *arguments]
    try:
        done = subprocess.run(run, capture_output=True, timeout=LONGEST_S, check=False)
    except subprocess.TimeoutExpired:
        raise ConversionError(
            f"{path.name}: spec2nii took over {LONGEST_S:g} s."
        ) from None
    if done.returncode:
        raise _failure(path, done.stderr.decode(errors="replace"), read)


def _failure(path: Path, traceback: str, read: Iterable[Path]) -> ConversionError:
    said = traceback.strip().splitlines() or ["?"]
    content = _content(read)
    places = PLACE.findall(traceback)
    where = f" ({places[-1][0]}, line {places[-1][1]})" if places else ""
    key = _missing_key(said[-1], content)
    if key:
        reason = f"it looks for {key}, which the file does not have"
    else:
        kind, _, text = re.sub(r"'.*'|\".*\"", "...", said[-1]).partition(":")
        reason = f"{kind}:{WORD.sub(partial(_unless_in, content), text)}"
        reason = reason[:LONGEST_REASON]
    return ConversionError(
        f"{path.name} cannot be converted by spec2nii {_version()}: {reason}{where}; "
        "export it in another format, or convert it by hand and give the NIfTI-MRS "
        "file.",
        key,
    )


def _content(read: Iterable[Path]) -> bytes:
    """The beginnings of the files that were read, in small letters."""
    parts = []
    for path in read:
        if path.is_file():
            with path.open("rb") as file:
                parts.append(file.read(SEARCHED).lower())
    return b"\n".join(parts)


def _missing_key(last_line: str, content: bytes) -> str:
    """The key of a KeyError, unless the files that are read hold it."""
    found = KEY.match(last_line)
    if found is None or found["key"].encode().lower() in content:
        return ""
    return str(found["key"])


def _unless_in(content: bytes, word: re.Match[str]) -> str:
    return "..." if word[0].encode().lower() in content else word[0]


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("spec2nii")
    except PackageNotFoundError:
        return "of unknown version"
