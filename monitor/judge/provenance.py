"""What a report was made from, so that it can be made again when that changes.

`wishes_hash` holds all that was asked for, the files it names, and the program: every
file of the installed packages, so that results of changed code are done again, whether
or not its version was changed with it.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from monitor.judge.followed_session import Followed
from monitor.protocol.choose import Wishes
from monitor.protocol.read_protocol import known_protocols
from monitor.run.analysed_content import pieces_said
from streams.export.shared_fields import source_words
from streams.messages.version import PROGRAM, program_version, version_of
from streams.recording.content_hash import sha256_of

LIBRARIES = ("numpy", "scipy", "matplotlib", "nibabel", "mcap", "jinja2")
PACKAGES = ("monitor", "streams")
UNSAID = ("__pycache__",)


def provenance(
    followed: Followed, wishes: Wishes, water: Path | None, names: bool = False
) -> dict[str, Any]:
    """The part of the report that says what it was made from."""
    result, start, settings = followed.result, followed.start, followed.result.settings
    return {
        "origin": followed.origin,
        "source": source_words(start.source) if start else "",
        "protocol": {"name": settings.name, "title": settings.title},
        "outcome": settings.outcome,
        "outcome_hidden": settings.outcome_hidden,
        "acquisition": result.acquisition.as_dict() if result.acquisition else None,
        "settings": settings.as_dict(),
        "input_sha256": followed.sha256,
        **({"files": pieces_said(result.pieces, names)} if result.pieces else {}),
        "water_sha256": sha256_of(water) if water else None,
        "wishes_sha256": wishes_hash(wishes, water),
        "settings_sha256": hash_of(settings.as_dict()),
        "basis": {"source": result.basis_source, "sha256": result.basis_sha256},
        "program_sha256": program_hash(),
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """Of the program, Python and the libraries that the numbers pass through."""
    found = {
        PROGRAM: program_version(),
        "python": platform.python_version(),
    }
    return found | {name: version_of(name) for name in LIBRARIES}


def wishes_hash(wishes: Wishes, water: Path | None) -> str:
    """Hash of all that was asked for and of the files it names, and of the program.

    Two runs with the same value and the same input give the same report.
    """
    protocol = known_protocols().get(wishes.protocol, Path(wishes.protocol or "."))
    basis = Path(wishes.basis or ".")
    named = [p for p in (protocol, basis, water) if p is not None and p.is_file()]
    asked = [
        wishes.protocol,
        wishes.basis,
        dict(wishes.changes),
        dict(wishes.choose),
        wishes.files,
    ]
    return hash_of(
        {
            "wishes": asked,
            "files": [sha256_of(p) for p in named],
            "versions": versions(),
            "program": program_hash(),
        }
    )


@cache
def program_hash() -> str:
    """Hash of every file of the packages, code and bundled sets alike."""
    digest = hashlib.sha256()
    for package in PACKAGES:
        for name, content in _files(files(package), package):
            digest.update(f"{name}\0{len(content)}\0".encode())
            digest.update(content)
    return digest.hexdigest()


def _files(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    """Names and contents below a folder, in order of the names."""
    for part in sorted(folder.iterdir(), key=lambda part: part.name):
        if part.is_dir() and part.name not in UNSAID:
            yield from _files(part, f"{name}/{part.name}")
        elif part.is_file():
            yield f"{name}/{part.name}", part.read_bytes()


def hash_of(value: Any) -> str:
    """Hash of a value that JSON can hold."""
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
