"""Settings from a protocol file (TOML): a bundled preset, or a site's own."""

from __future__ import annotations

import os
import tomllib
from dataclasses import fields
from importlib.resources import files
from pathlib import Path
from typing import Any

from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.tables import check_names, check_type

SOURCE_TABLES = ("mrd", "folder", "files", "mrsinmrs")
"""Tables of a protocol file that are read by `site_rules`."""
MAY_LIE_BESIDE = ("basis", "golden")
"""Fields that name a file: where it lies beside the protocol, by its name alone."""
SITE_FOLDER = "MRS_MONITOR_PROTOCOLS"
"""Variable of the environment that names a folder of a site's own protocols."""


def bundled_protocols() -> dict[str, Path]:
    """Names and paths of the presets that ship with the program."""
    folder = Path(str(files("monitor.protocol"))) / "presets"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def known_protocols() -> dict[str, Path]:
    """Names and paths of the presets and of a site's own.

    The environment names the folder of these, as in the image that a kit builds.
    """
    folder = os.environ.get(SITE_FOLDER, "")
    own = sorted(Path(folder).glob("*.toml")) if folder else []
    return bundled_protocols() | {path.stem: path for path in own}


def read_protocol(name_or_path: str) -> Settings:
    """Settings of a preset, or of a site's own by its name or TOML file.

    A basis set or golden session that lies beside the file is meant by its name alone.

    Raises
    ------
    InputError : no such preset or file, no TOML, an unknown field or a wrong type
    """
    presets = known_protocols()
    path = presets.get(name_or_path, Path(name_or_path))
    if path.exists() and not path.is_file():
        raise InputError(f"Protocol {path} is no file: give a TOML file.")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(
            f"No protocol {name_or_path}: give a TOML file or one of "
            f"{', '.join(presets)}."
        ) from None
    except UnicodeDecodeError:
        raise InputError(f"Protocol {path} is no text: give a TOML file.") from None
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"Protocol {path} cannot be read: {error}.") from None
    return settings_from(_with_files_beside(table, path.parent), path.stem)


def _with_files_beside(table: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The table; what it names that lies beside the protocol, with its folder."""
    named = {key: table.get(key) for key in MAY_LIE_BESIDE}
    beside = {
        key: str(folder / name)
        for key, name in named.items()
        if isinstance(name, str) and name and os.path.exists(folder / name)
    }
    return table | beside


def settings_from(table: dict[str, Any], name: str) -> Settings:
    """Settings from a parsed table; unknown fields and wrong types are refused.

    The tables of `monitor.protocol.site_rules`, which change no number, are left out.
    """
    table = {key: value for key, value in table.items() if key not in SOURCE_TABLES}
    owner = f"Protocol {name}"
    check_names(owner, table, (f.name for f in fields(Settings)))
    if "two_pass" in table:
        raise InputError(
            f"{owner}: two_pass looks into the future, which a live session "
            "cannot: leave it out and give --two-pass to analyse."
        )
    if "override" in table:
        raise InputError(
            f"{owner}: override is about one recording and not about a protocol: leave "
            "it out and give --override to analyse, replay or qc."
        )
    values: dict[str, Any] = {key: _as_tuple(value) for key, value in table.items()}
    defaults = Settings()
    for key, value in values.items():
        default = getattr(defaults, key)
        if default is not None:  # else `Settings` says what it must be
            check_type(owner, key, value, type(default), nan=True)
    return Settings(**{"name": name, **values})


def _as_tuple(value: Any) -> Any:
    """A list, and lists in it, as tuples."""
    return tuple(map(_as_tuple, value)) if isinstance(value, list) else value
