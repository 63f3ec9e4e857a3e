"""That the figures of the house count what they say."""

from pathlib import Path

import pytest
import structure
from structure_trace import Trace

FILES = {
    "pyproject.toml": (
        "[[tool.importlinter.contracts]]\n"
        'type = "layers"\ncontainers = ["monitor"]\nlayers = ["high", "(low) | side"]\n'
    ),
    "monitor/__init__.py": "",
    "monitor/loose.py": "import streams.wire\n",
    "monitor/high/__init__.py": "",
    "monitor/high/one.py": (
        '"""A docstring\n\nof three lines."""\n\n# a comment\n'
        "from monitor.low import two\n\n\ndef told():  # fmt: skip\n"
        '    """Say."""\n    return two.need()\n'
    ),
    "monitor/low/__init__.py": "",
    "monitor/low/two.py": (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n"
        "    from monitor.high.one import told\n\n\nclass Kept:\n"
        "    @property\n    def kept(self): ...\n    def _moved(self): ...\n"
        "def need(): ...\n"
    ),
    "streams/__init__.py": "",
    "streams/wire.py": "def read_header():\n    from streams import wire\n",
}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small house with one circle and one climb."""
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_figures(house: Path) -> None:
    rows, named = structure.figures(house)
    table = dict(rows)
    assert table["loose files in monitor/"] == 1
    assert table["rooms in monitor/"] == 2
    assert table["rooms in streams/"] == 0
    assert table["imports between files"] == 3
    assert table["circles of files / files in them"] == "1 / 2"
    assert table["circles of rooms / rooms in them"] == "1 / 2"
    assert table["climbs by contracts: imports / pairs of rooms"] == "1 / 1"
    assert named["climbs"] == ["monitor.low.two > monitor.high.one"]
    assert table["fmt: skip and fmt: off"] == 1
    assert named["participles"] == ["monitor.high.one.told", "monitor.low.two._moved"]
    assert table["of them named by a bare participle"] == "2 (50.0 %)"


def test_lines(house: Path) -> None:
    lines = {room: lines for room, lines, _ in structure.lines_by_room(house)}
    assert lines["monitor.high"] == structure.Lines(3, 4, 1, 3)
    assert lines["**both**"].all == sum(len(t.splitlines()) for t in FILES.values()) - 4


@pytest.mark.parametrize(
    ("name", "expected"),
    [("told", True), ("_smoothed", True), ("kept_rows", False), ("need", False),
     ("__enter__", False), ("read", False), ("step", False), ("median", False)],
)  # fmt: skip
def test_participles(name: str, expected: bool) -> None:
    assert structure.is_participle(name) == expected


def test_the_house_itself_can_be_walked() -> None:
    table = dict(structure.figures(Path(__file__).parents[2])[0])
    assert table["files"] > 200
    assert table["functions and methods"] > 1000


PRODUCT = """
import numpy as np
from dataclasses import dataclass


@dataclass
class Body:
    fid: object
    kind: str = "metabolite"


@dataclass
class Message:
    seq: int
    body: Body


class Screen: ...


def feed(message): return message
def push(message): return inner(message.body)
def inner(body): return [np.fft.fft(body.fid), deeper()]
def deeper(): return 1
def draw(): return view()
def view(): deeper(); return Screen()
"""


def test_trips_and_screens(tmp_path: Path) -> None:
    import sys

    file = tmp_path / "monitor" / "product.py"
    file.parent.mkdir()
    scope: dict[str, object] = {"__name__": "product"}
    sys.modules["product"] = sys  # where dataclasses look for the module
    try:
        exec(compile(PRODUCT, str(file), "exec"), scope)
    finally:
        del sys.modules["product"]
    trace = Trace(tmp_path)
    body = scope["Body"]([1.0, 2.0])  # type: ignore[operator]
    message = scope["Message"](1, body)  # type: ignore[operator]
    sys.setprofile(trace)
    try:
        scope["feed"](message)  # type: ignore[operator]
        scope["push"](message)  # type: ignore[operator]
        scope["draw"]()  # type: ignore[operator]
        scope["view"]()  # type: ignore[operator]
    finally:
        sys.setprofile(None)
    (trip,) = trace.trips
    assert trip.first == ["push", "inner"]
    assert trip.calls == 3
    assert trace.screens == [3, 2]
