"""Writes a kit into a folder: all that a site builds a package from."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from monitor.chain.parameters import BY_ID, config_json
from monitor.kit.label import encoded, label
from monitor.kit.manual import write_manual
from monitor.kit.names import (
    LABEL_FILE,
    LABEL_KEY,
    NAME,
    PORT,
    VENDOR,
    fire_name,
    package_name,
    release,
)
from monitor.kit.site import SITE, add_site
from monitor.kit.wheels import PYTHON, fill_wheelhouse
from monitor.report.folder import make_folder
from streams.errors import InputError

MARS_HOST = "192.168.2.2"
"""Address of the reconstruction computer in public FIRE configurations."""


def write_openrecon(
    out: Path, wheelhouse: Path | None, protocols: Sequence[Path] = ()
) -> None:
    """Write the kit for OpenRecon; `protocols` are a site's own, for the image.

    Raises
    ------
    InputError : the folder is not empty, or the wheels cannot be got
    """
    name = package_name()
    _begin(out)
    site = add_site(out / SITE, protocols)
    _common(out, wheelhouse, f"{name}.pdf", site)
    _write(out / LABEL_FILE, json.dumps(label(site), indent=2) + "\n")
    _write(out / "INSTALL.md", _fill("install-openrecon.md.j2", package=name))


def write_fire(
    out: Path,
    wheelhouse: Path | None,
    host: str = MARS_HOST,
    protocols: Sequence[Path] = (),
) -> None:
    """Write the kit for FIRE; `protocols` are a site's own, for the image.

    Raises
    ------
    InputError : the folder is not empty, or the wheels cannot be got
    """
    name = fire_name()
    _begin(out)
    _common(out, wheelhouse, f"{name}.pdf", add_site(out / SITE, protocols))
    fire = out / "Ice" / "fire"
    ini = _fill("fire.ini.j2", host=host, name=name)
    _write(fire / "mrs-monitor.ini", ini)
    _write(fire / "config" / "mrs-monitor.json", config_json())
    _write(out / "start-mrs-monitor", _fill("start-mrs-monitor.j2"))
    _write(out / "INSTALL.md", _fill("install-fire.md.j2", package=name))


def _begin(out: Path) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{out} is there and not empty: give a new folder with --out.")
    make_folder(out)


def _common(
    out: Path, wheelhouse: Path | None, manual: str, site: Sequence[str]
) -> None:
    """What both ways share: the image's recipe, wheels, manual, check list."""
    fill_wheelhouse(out / "wheelhouse", wheelhouse)
    dockerfile = _fill("Dockerfile.j2", label=encoded(label(site)), python=PYTHON)
    _write(out / "Dockerfile", dockerfile)
    _write(out / ".dockerignore", f"*\n!wheelhouse\n!{SITE}\n")
    source = files("monitor.kit").joinpath("build.py").read_text(encoding="utf-8")
    _write(out / "build.py", source)
    _write(out / "kit.json", json.dumps(_name(), indent=2) + "\n")
    checks = _fill("first-session.md.j2")
    _write(out / "first-session.md", checks)
    text = _fill("manual.md.j2", package=package_name()) + checks
    write_manual(text, out / manual)


def _name() -> Mapping[str, str]:
    """Names that build.py needs."""
    return {
        "openrecon": package_name(),
        "fire": fire_name(),
        "tag": f"localhost/openrecon_{VENDOR}_{NAME}:v{release()}".lower(),
    }


def _fill(template: str, **values: str) -> str:
    """A template of this package with its values."""
    source = files("monitor.kit").joinpath("templates").joinpath(template)
    shared = {
        "version": release(),
        "port": PORT,
        "key": LABEL_KEY,
        "every": BY_ID["pageevery"].default,
        "size": BY_ID["imagesize"].default,
    }
    environment = Environment(undefined=StrictUndefined, keep_trailing_newline=True)
    text = environment.from_string(source.read_text(encoding="utf-8"))
    return text.render(shared | values)


def _write(path: Path, text: str) -> None:
    """Write with the line ends that a container reads, on any system."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8"))
