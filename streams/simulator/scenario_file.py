"""Reading a scenario from TOML: unknown fields and wrong types are refused.

The classes of `scenario` are the format: a table is a dataclass, a list of tables a
tuple of dataclasses, a table of tables under `courses` a dictionary of them, told apart
by their `shape`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from streams.errors import InputError
from streams.messages.tables import check_names, check_type
from streams.recording.files import refuse_endless
from streams.simulator.courses import SHAPES, Course
from streams.simulator.scenario import Scenario

OWNER = "Scenario"


def bundled_scenarios() -> dict[str, Path]:
    """Names and paths of the scenarios that ship with the program."""
    folder = Path(str(files("streams.simulator"))) / "scenarios"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def read_scenario(name_or_path: str | Path) -> Scenario:
    """A bundled scenario by name, or a site's own TOML file.

    Raises
    ------
    InputError : no such scenario or file, no TOML, an unknown or missing field, a wrong
        type, a value out of range
    """
    known = bundled_scenarios()
    path = known.get(str(name_or_path), Path(name_or_path))
    refuse_endless(path)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(
            f"No scenario {name_or_path}: give a TOML file or one of "
            f"{', '.join(known)}."
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"Scenario {path} cannot be read: {error}.") from None
    return scenario_from(table, path.stem)


def scenario_from(table: dict[str, Any], name: str) -> Scenario:
    """A scenario from a parsed table."""
    built = _table(Scenario, {"name": name, **table}, "")
    if not isinstance(built, Scenario):
        raise TypeError("a Scenario is built from its own class")
    return built


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _table(kind: type, table: object, where: str) -> Any:
    """An instance of the dataclass `kind` from a TOML table."""
    if not isinstance(table, dict):
        raise InputError(f"{OWNER}: {where} must be a table of fields.")
    known = {item.name: item for item in fields(kind)}
    prefix = f"{where}." if where else ""
    check_names(OWNER, (prefix + name for name in table), map(prefix.__add__, known))
    missing = sorted(
        name
        for name, item in known.items()
        if name not in table
        and item.default is MISSING
        and item.default_factory is MISSING
    )
    if missing:
        raise InputError(f"{OWNER}: {prefix}{missing[0]} is missing; give it.")
    hints = _hints(kind)
    return kind(
        **{key: _value(hints[key], raw, prefix + key) for key, raw in table.items()}
    )


def _value(kind: Any, raw: object, where: str) -> Any:
    """`raw` as the annotated type `kind`."""
    if kind == Course:
        return _course(raw, where)
    if isinstance(kind, UnionType):
        (inner,) = (part for part in get_args(kind) if part is not NoneType)
        return _value(inner, raw, where)
    if is_dataclass(kind) and isinstance(kind, type):
        return _table(kind, raw, where)
    origin: Callable[..., Any] | None = get_origin(kind)
    if origin is tuple:
        return _tuple(get_args(kind), raw, where)
    if origin is dict:
        return _dictionary(get_args(kind)[1], raw, where)
    return _plain(kind, raw, where)


def _course(raw: object, where: str) -> Course:
    """A course; its `shape` says which."""
    table = dict(raw) if isinstance(raw, dict) else {}
    shape = table.pop("shape", None)
    if shape not in SHAPES:
        raise InputError(f"{OWNER}: {where}.shape must be one of {', '.join(SHAPES)}.")
    built: Course = _table(SHAPES[shape], table, where)
    return built


def _tuple(kinds: tuple[Any, ...], raw: object, where: str) -> tuple[Any, ...]:
    """A list as a tuple of fixed or free length."""
    if not isinstance(raw, list):
        raise InputError(f"{OWNER}: {where} must be a list.")
    if kinds[-1] is Ellipsis:
        kinds = kinds[:1] * len(raw)
    if len(raw) != len(kinds):
        raise InputError(f"{OWNER}: {where} must have {len(kinds)} values.")
    return tuple(
        _value(kind, item, where) for kind, item in zip(kinds, raw, strict=True)
    )


def _dictionary(kind: Any, raw: object, where: str) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise InputError(f"{OWNER}: {where} must be a table.")
    return {key: _value(kind, item, f"{where}.{key}") for key, item in raw.items()}


def _plain(kind: type, raw: object, where: str) -> Any:
    """A number, a word or a switch; an integer may stand for a float."""
    check_type(OWNER, where, raw, kind)
    return float(raw) if isinstance(raw, int) and kind is float else raw
