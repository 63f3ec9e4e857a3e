"""What scanners call things: sequences, loop counters, water references, phase cycles.

The names stand in `scanner_names.toml`, and nowhere else.  A site adds to them with a
file of the same shape: `scanner_names.toml` in the program's folder of settings, or
what the environment variable `MRS_MONITOR_NAMES` names.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from platformdirs import user_config_path

from streams.errors import InputError

BUNDLED = Path(__file__).with_name("scanner_names.toml")
SITE_FILE = "MRS_MONITOR_NAMES"
LEAST_PART = 4  # letters of a name that makes another the same by being in it
REFERENCE_SCANS = "reference scans"
NEAR = 0.6  # similarity of names from which one is said to be near


def site_path() -> Path:
    """Where a site's own names stand, whether there is such a file or not."""
    given = os.environ.get(SITE_FILE, "")
    folder = user_config_path("mrs-monitor", appauthor=False)
    return Path(given) if given else folder / BUNDLED.name


def plain(name: str) -> str:
    """A name as names are compared: svs_se for that with a folder before it."""
    last = re.split(r"[\\/]", name.strip())[-1]
    return re.sub(r"[\s-]+", "_", last.strip("*% ")).casefold()


def kind_of(sequence: str) -> str:
    """Kind of a sequence, such as PRESS, by its name; empty where it is not known."""
    known = {name: kind for kind, name in _sequence_names()}
    return known.get(_best(sequence, known), "")


def are_alike(one: str, other: str) -> bool:
    """Whether two names are of the same kind of sequence."""
    kinds = kind_of(one), kind_of(other)
    if all(kinds):
        return kinds[0] == kinds[1]
    short, long = sorted((plain(one), plain(other)), key=len)
    return short == long or (len(short) >= LEAST_PART and short in long)


def described(sequence: str) -> str:
    """A sequence's name with its kind, or with the nearest name that is known."""
    kind = kind_of(sequence)
    if kind:
        return sequence if plain(sequence) == plain(kind) else f"{sequence} ({kind})"
    if not sequence:
        return "an unnamed sequence"
    return f"{sequence} (a name that is not known here{_nearest(sequence)})"


def transient_counters(sequence: str) -> tuple[str, ...]:
    """Loop counters along which a sequence writes its transients."""
    counters = _table()["counters"]
    own = counters["of_sequence"]
    return (*counters["transients"], *own.get(_best(sequence, own), ()))


def water_counter(sequence: str) -> str:
    """Loop counter whose first entry is water; `REFERENCE_SCANS`, or empty."""
    own = _table()["water"]["of_sequence"]
    return str(own.get(_best(sequence, own), ""))


def says_unsuppressed(text: str) -> bool:
    """Whether this is how a scanner says that the water is not suppressed."""
    return plain(text) in {plain(name) for name in _table()["water"]["unsuppressed"]}


def phase_cycle_steps(vendor: str, code: object) -> int | None:
    """Transients in a full phase cycle, by the vendor's code; None if not known."""
    steps = _table()["phase_cycle"].get(vendor, {}).get(str(code))
    return None if steps is None else int(steps)


def is_water_name(name: str) -> bool:
    """Whether a file is named like a water reference."""
    return _has_word(name, _table()["files"]["water"])


def is_noise_name(name: str) -> bool:
    """Whether a file is named like a noise scan."""
    return _has_word(name, _table()["files"]["noise"])


def _has_word(name: str, words: Iterable[str]) -> bool:
    parts = re.split(r"[\W_]+", name.casefold())
    return not {word.casefold() for word in words}.isdisjoint(parts)


def _sequence_names() -> Iterable[tuple[str, str]]:
    """Kinds with each of their names; a kind is a name of its own."""
    for kind, by_vendor in _table()["sequences"].items():
        yield kind, kind
        for names in by_vendor.values():
            yield from ((kind, name) for name in names)


def _best(name: str, patterns: Iterable[str]) -> str:
    """The longest of the patterns that fit a name; empty if none does."""
    fitting = [p for p in patterns if fnmatchcase(plain(name), _pattern(p))]
    return max(fitting, key=lambda p: len(p.replace("*", "")), default="")


def _pattern(name: str) -> str:
    return re.sub(r"[\s-]+", "_", name).casefold()


def _nearest(sequence: str) -> str:
    """The known name that is most like one that is not, in words."""
    kinds = {_pattern(name).strip("*_:"): kind for kind, name in _sequence_names()}
    near = get_close_matches(plain(sequence), kinds, n=1, cutoff=NEAR)
    return f", the nearest is {near[0]}, {kinds[near[0]]}" if near else ""


def _table() -> dict[str, Any]:
    return _read(site_path())


@cache
def _read(site: Path) -> dict[str, Any]:
    """The bundled table with what a site adds."""
    table = tomllib.loads(BUNDLED.read_text(encoding="utf-8"))
    try:
        own = tomllib.loads(site.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return table
    except (OSError, ValueError) as error:
        raise InputError(f"The names in {site} cannot be read: {error}.") from None
    return _join(table, own, site, known=("sequences", "of_sequence", "phase_cycle"))


def _join(
    table: Mapping[str, Any],
    own: Mapping[str, Any],
    site: Path,
    known: tuple[str, ...],
    place: str = "",
) -> dict[str, Any]:
    """Two tables in one: lists are added, other values are taken from `own`."""
    joined = dict(table)
    for key, value in own.items():
        before = table.get(key)
        inside = f"{place}.{key}".lstrip(".")
        free = any(part in known for part in inside.split(".")[:-1])
        if before is None and not free:
            raise InputError(
                f"The names in {site} have {inside}, which is not known; known are "
                f"{', '.join(table)}."
            )
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            joined[key] = _join(before, value, site, known, inside)
        elif isinstance(before, list) and isinstance(value, list):
            joined[key] = [*before, *value]
        elif before is None or type(before) is type(value):
            joined[key] = value
        else:
            raise InputError(f"The names in {site}: {inside} = {value!r} cannot be.")
    return joined
