"""Whether a kit, and what was built from it, is what a scanner can install."""

from __future__ import annotations

import json
import tarfile
import zipfile
from collections.abc import Iterator
from configparser import ConfigParser
from configparser import Error as IniError
from pathlib import Path
from typing import IO, Any

from monitor.chain.parameters import BY_ID, card_settings
from monitor.kit.label import decoded, encoded, label_problems
from monitor.kit.names import LABEL_FILE, LABEL_KEY, MOST_BYTES, fire_name, package_name
from monitor.preflight.machine import CheckResult, CheckState, ok
from streams.errors import InputError

AGAIN = "make the kit again with mrs-monitor kit"
DAMAGED = (
    *(zipfile.BadZipFile, tarfile.TarError, ValueError, TypeError),
    *(KeyError, IndexError, OSError, RecursionError),
)
"""What a package raises that is damaged, or no package."""
ROOT_USERS = ("", "0", "root", "0:0", "root:root")


def checks(folder: Path) -> Iterator[CheckResult]:
    """A line for each thing that was looked at.

    Raises
    ------
    InputError : the folder is no kit
    """
    if not (folder / "Dockerfile").is_file():
        raise InputError(f"{folder} is no kit: it has no Dockerfile; {AGAIN}.")
    stated = decoded((folder / "Dockerfile").read_text(encoding="utf-8"))
    yield from _dockerfile(folder, stated)
    yield _wheels(folder)
    if (folder / LABEL_FILE).exists():
        yield from _openrecon(folder, stated)
    if (folder / "Ice").exists():
        yield from _fire(folder)


def _wrong(name: str, text: str, remedy: str = AGAIN) -> CheckResult:
    return CheckResult(name, CheckState.WRONG, text, remedy)


def _dockerfile(folder: Path, stated: dict[str, Any] | None) -> Iterator[CheckResult]:
    if stated is None:
        yield _wrong("Dockerfile", "it has no label that can be read")
    else:
        problems = list(label_problems(stated))
        for problem in problems:
            yield _wrong("label", problem, f"correct {LABEL_FILE} and the Dockerfile")
        if not problems:
            yield ok("label", f"{len(stated['parameters'])} parameters, schema 1.1.0")
    lines = (folder / "Dockerfile").read_text(encoding="utf-8").splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    if not users or users[-1] in ROOT_USERS:
        yield _wrong(
            "Dockerfile", "the program would run as root", "add USER 1000:1000"
        )
    else:
        yield ok("Dockerfile", f"runs as user {users[-1]}")


def _wheels(folder: Path) -> CheckResult:
    wheels = [path.name for path in (folder / "wheelhouse").glob("*.whl")]
    if not any(name.startswith("mrs_monitor-") for name in wheels):
        return _wrong("wheelhouse", "the wheel of mrs-monitor is not in it")
    if len(wheels) < 2:
        return _wrong("wheelhouse", "what mrs-monitor needs is not in it")
    return ok("wheelhouse", f"{len(wheels)} wheels")


def _openrecon(folder: Path, stated: dict[str, Any] | None) -> Iterator[CheckResult]:
    name = package_name()
    try:
        written = json.loads((folder / LABEL_FILE).read_text(encoding="utf-8"))
    except ValueError:
        written = None
    if written != stated:
        yield _wrong(LABEL_FILE, "it is not what stands in the Dockerfile")
    yield _pdf(folder / f"{name}.pdf")
    package = folder / f"{name}.zip"
    if not package.exists():
        remedy = "python3 build.py openrecon"
        yield CheckResult("package", CheckState.LOOK, "it is not built yet", remedy)
        return
    yield from _package(package, stated)


def _pdf(path: Path) -> CheckResult:
    if not path.is_file() or path.read_bytes()[:5] != b"%PDF-":
        return _wrong("manual", f"{path.name} is missing or no PDF")
    return ok("manual", path.name)


def _package(path: Path, stated: dict[str, Any] | None) -> Iterator[CheckResult]:
    """The zip: its size, what is in it, and the image's own label and user."""
    size = path.stat().st_size
    if size > MOST_BYTES:
        yield _wrong(
            "package", f"{size / 1e6:.0f} MB, more than {MOST_BYTES / 1e6:.0f}"
        )
    else:
        yield ok("package", f"{path.name}, {size / 1e6:.0f} MB")
    wanted = [f"{path.stem}.pdf", f"{path.stem}.tar"]
    again = "python3 build.py openrecon"
    try:
        with zipfile.ZipFile(path) as file:
            if sorted(file.namelist()) != wanted:
                yield _wrong("package", f"it must hold {' and '.join(wanted)}", again)
                return
            with file.open(wanted[1]) as tar:
                config = _image_config(tar)
    except DAMAGED:
        yield _wrong("image", "the package or the image in it is damaged", again)
        return
    labels = config.get("Labels") or {}  # null where there is none
    if labels.get(LABEL_KEY) != (stated and encoded(stated)):
        yield _wrong("image", "its label is not that of the Dockerfile", again)
    elif config.get("User", "") in ROOT_USERS:
        yield _wrong("image", "it would run as root", again)
    else:
        yield ok("image", f"label as in the Dockerfile, user {config['User']}")


def _image_config(tar: IO[bytes]) -> dict[str, Any]:
    """The configuration of the image that `docker save` or buildah wrote."""
    texts = dict[str, bytes]()
    with tarfile.open(fileobj=tar, mode="r|") as image:
        for member in image:
            if member.isfile() and member.size < 1 << 20:
                content = image.extractfile(member)
                texts[member.name] = content.read() if content else b""
    manifest = json.loads(texts["manifest.json"])
    config = json.loads(texts[manifest[0]["Config"]])["config"]
    if not isinstance(config, dict):
        raise ValueError("no JSON object")
    return config


def _fire(folder: Path) -> Iterator[CheckResult]:
    yield _pdf(folder / f"{fire_name()}.pdf")
    fire = folder / "Ice" / "fire"
    yield _ini(fire / "mrs-monitor.ini")
    yield _json(fire / "config" / "mrs-monitor.json")
    image = fire / "chroot" / f"{fire_name()}.img"
    if image.exists():
        yield ok("chroot", f"{image.name}, {image.stat().st_size / 1e6:.0f} MB")
    else:
        said = "no image: for a host of its own none is needed"
        yield CheckResult(
            "chroot", CheckState.LOOK, said, "else python3 build.py chroot"
        )


def _ini(path: Path) -> CheckResult:
    ini = ConfigParser(interpolation=None)
    try:
        ini.read_string(path.read_text(encoding="utf-8"))
        host, port = ini["OpenRecon"]["hostname"], ini.getint("OpenRecon", "port")
    except (OSError, IniError, KeyError, ValueError):
        return _wrong("fire.ini", f"{path.name} has no hostname and port")
    return ok("fire.ini", f"{host}:{port}")


def _json(path: Path) -> CheckResult:
    try:
        text = path.read_text(encoding="utf-8")
        unknown = set(json.loads(text)["parameters"]) - set(BY_ID)
    except (OSError, ValueError, KeyError, TypeError):
        return _wrong("settings", f"{path.name} is missing or no such JSON")
    problems = [f"{name} is no setting of ours" for name in sorted(unknown)]
    problems += card_settings(text).problems
    if problems:
        return _wrong("settings", problems[0], f"correct {path.name}")
    return ok("settings", f"{len(BY_ID)} settings")
