"""What sessions gave, kept in a file, a line each: runs go on where others stopped."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def kept(
    file: Path | None,
    kind: str,
    seeds: Iterable[int],
    cls: type[T],
    run: Callable[[int], T],
) -> list[T]:
    """Sessions of a kind: those in the file, then these seeds, unless they are in it.

    Without a file only these seeds.  `cls` is a flat dataclass of numbers, words and
    arrays, `run` makes one of a seed.
    """
    found = _read(file, kind, cls)
    for seed in seeds:
        if seed in found:
            continue
        found[seed] = run(seed)
        if file is not None:
            line = {"of": kind, "seed": seed, "gave": _plain(asdict(found[seed]))}
            with file.open("a", encoding="utf-8") as out:
                out.write(json.dumps(line) + "\n")
    return [found[seed] for seed in sorted(found)]


def _read(file: Path | None, kind: str, cls: type[T]) -> dict[int, T]:
    found: dict[int, T] = {}
    if file is None or not file.exists():
        return found
    for line in file.read_text(encoding="utf-8").splitlines():
        own = json.loads(line)
        if own["of"] == kind:
            gave = {name: _array(value) for name, value in own["gave"].items()}
            found[own["seed"]] = cls(**gave)
    return found


def _plain(values: dict) -> dict:
    return {name: _of_json(value) for name, value in values.items()}


def _of_json(value):
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return value


def _array(value):
    return np.array(value) if isinstance(value, list) else value
