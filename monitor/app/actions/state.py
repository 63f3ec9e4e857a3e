"""What of the window comes back the next time: theme, scale, folder."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from platformdirs import user_config_path

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """What the operator has chosen about the window, never about the analysis.

    `geometry` is x, y, width, height; empty: as large as the screen.  `stream`,
    `protocol` and `key` (a file) are offered when a session is begun, and
    `streams`, the addresses that were used last.
    """

    theme: str = "dark"
    wider: int = 0
    full_screen: bool = False
    folder: str = ""
    geometry: tuple[int, ...] = ()
    plasma: str = ""
    stream: str = ""
    protocol: str = ""
    key: str = ""
    streams: str = ""


def state_path() -> Path:
    """The file that it is kept in."""
    return user_config_path("mrs-monitor", appauthor=False) / "window.json"


def read_state(path: Path) -> State:
    """What was kept; a file that is missing or damaged gives the usual."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return State()
    return _state_of(table) if isinstance(table, dict) else State()


def write_state(state: State, path: Path) -> None:
    """Keep it; a window must close even where nothing can be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".new")
        beside.write_text(json.dumps(asdict(state), indent=1), encoding="utf-8")
        os.replace(beside, path)
    except OSError as error:
        log.warning("the state of the window cannot be kept: %s", error)


def _state_of(table: dict[str, Any]) -> State:
    """State from a parsed file, each field of a wrong type being the usual one."""
    usual = State()
    values: dict[str, Any] = {}
    for field in fields(State):
        value, default = table.get(field.name), getattr(usual, field.name)
        if isinstance(default, tuple) and isinstance(value, list):
            whole = len(value) == 4 and all(type(v) is int for v in value)
            values[field.name] = tuple(value) if whole else ()
        elif isinstance(value, type(default)):
            values[field.name] = value
    theme = values.get("theme")
    if theme not in (None, "dark", "light"):
        del values["theme"]
    return State(**values)
