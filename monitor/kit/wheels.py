"""The wheelhouse of a kit: this program as a wheel, and what it needs from pip.

The image draws its pages with matplotlib and opens no window, so that Qt, which is
large and needs libraries of the system, stays outside.
"""

from __future__ import annotations

import base64
import hashlib
import importlib.metadata
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from streams.errors import InputError

PROGRAM = "mrs-monitor"
PACKAGES = ("monitor", "streams")
OUTSIDE = ("pyqt6", "pyqtgraph")
PYTHON = "3.11"
PLATFORMS = ("manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_28_x86_64")
SCRIPT = "[console_scripts]\nmrs-monitor = monitor.__main__:main\n"
WHEEL = (
    "Wheel-Version: 1.0\nGenerator: mrs-monitor\nRoot-Is-Purelib: true\n"
    "Tag: py3-none-any\n"
)


def fill_wheelhouse(folder: Path, given: Path | None) -> list[Path]:
    """Write all wheels into a folder; pip looks for others in `given`, else outside.

    Raises
    ------
    InputError : pip cannot get them, or the folder that was given lacks some
    """
    folder.mkdir(parents=True, exist_ok=True)
    own = write_own_wheel(folder)
    source = ["--no-index", "--find-links", str(given)] if given else []
    if given and not given.is_dir():
        raise InputError(f"--wheelhouse {given} is no folder: give one with wheels.")
    command: list[str | Path] = [sys.executable, "-m", "pip", "download", "--quiet"]
    command += ["--only-binary=:all:", "--python-version", PYTHON, "--dest", folder]
    command += source
    for platform in PLATFORMS:
        command += ["--platform", platform]
    ran = subprocess.run(
        [*command, *requirements()], capture_output=True, text=True, check=False
    )
    if ran.returncode != 0:
        said = (ran.stderr.strip().splitlines() or ["it does not say why"])[-1]
        raise InputError(
            f"The wheels for the image could not be got ({said[:200]}): give a folder "
            "that holds them with --wheelhouse, or try again with network."
        )
    return [own, *sorted(p for p in folder.glob("*.whl") if p != own)]


def requirements() -> list[str]:
    """What the program needs in the image."""
    stated = importlib.metadata.requires(PROGRAM) or []
    return [
        re.split(r"\s*;", one)[0]
        for one in stated
        if "extra ==" not in one and _name(one) not in OUTSIDE
    ]


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    return found[0].lower() if found else ""


def write_own_wheel(folder: Path) -> Path:
    """Pack the program, as it is installed here, as a wheel."""
    version = importlib.metadata.version(PROGRAM)
    path = folder / f"mrs_monitor-{version}-py3-none-any.whl"
    about = f"mrs_monitor-{version}.dist-info"
    record = ""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as wheel:
        parts = {
            f"{about}/METADATA": _metadata().encode(),
            f"{about}/WHEEL": WHEEL.encode(),
            f"{about}/entry_points.txt": SCRIPT.encode(),
        }
        for name, content in (*_sources(), *parts.items()):
            wheel.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
            record += f"{name},sha256={_digest(content)},{len(content)}\n"
        wheel.writestr(f"{about}/RECORD", f"{record}{about}/RECORD,,\n")
    return path


def _metadata() -> str:
    """The metadata without what stays outside, and without its long description."""
    stated = importlib.metadata.distribution(PROGRAM).read_text("METADATA") or ""
    head = stated.split("\n\n")[0]
    kept = [
        line
        for line in head.splitlines()
        if not (line.startswith("Requires-Dist: ") and _name(line[15:]) in OUTSIDE)
    ]
    return "\n".join(kept) + "\n"


def _sources() -> Iterator[tuple[str, bytes]]:
    for package in PACKAGES:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise InputError(f"{package} is not installed as files: install it anew.")
        root = Path(spec.origin).parent
        for path in sorted(root.rglob("*")):
            name = path.relative_to(root.parent).as_posix()
            if path.is_file() and "__pycache__" not in name:
                yield name, path.read_bytes()


def _digest(content: bytes) -> str:
    digest = hashlib.sha256(content).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
