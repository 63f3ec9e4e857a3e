"""What runs for one transient and for one screen, counted with `sys.setprofile`.

The program is run as `python -m monitor` in this process, on the short recording:
`analyse` for the transients, `replay` without a display for the screens.  Objects are
known by what they are, not by their modules:

- a message has `seq`, `epoch` and a `body`; a transient's body has a `fid` and a `kind`
- the trip of a transient begins in the outermost function that is given its message and
  below which numpy or scipy is called, and ends when that returns
- a screen is drawn by the outermost function that returns an object of class `Screen`

How many screens a replay draws, and of what, depends on the machine; so screens are
counted once more, one after each transient of the same recording, and one 0.2 s later.

Calls are those of functions in `monitor/` and `streams/`; comprehensions are none.  The
first arithmetic is the first call of a function of numpy or scipy (or of a method of an
array); operators and ufuncs between arrays are no calls to `sys.setprofile`.
"""

import contextlib
import io
import os
import runpy
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from monitor.screen.display import Display

SCREEN = "Screen"  # class of what a window draws
SPEED = "20"  # slow enough that a screen is drawn for every transient
METABOLITE = "metabolite"  # kind of the transients that are counted
PRODUCT, NUMERICS = ("monitor", "streams"), ("numpy", "scipy")
NO_CALLS = frozenset({"<module>", "<listcomp>", "<genexpr>", "<dictcomp>", "<setcomp>"})


@dataclass
class Trip:
    """The way of one transient: its calls, and the functions open at the first sum."""

    calls: int = 0
    first: list[str] = field(default_factory=list)


@dataclass
class Open:
    """A product function that has not returned."""

    name: str
    started: int  # calls of the product before it
    trip: Trip | None


class Trace:
    """A profile function that follows transients and screens."""

    def __init__(self, root: Path) -> None:
        self._places = tuple(f"{root / package}{os.sep}" for package in PRODUCT)
        self._known: dict[CodeType, bool] = {}
        self._open: list[Open] = []
        self._count = 0
        self._seen: set[tuple[object, int]] = set()
        self.trips: list[Trip] = []
        self.screens: list[int] = []
        self._screen_at = 0  # count at the beginning of the newest screen

    def __call__(self, frame: FrameType, event: str, arg: object) -> None:
        if event == "call":
            if self._is_product(frame.f_code):
                self._begin(frame)
            elif self._open:
                module = frame.f_globals.get("__name__") or ""
                self._maybe_sum(module.partition(".")[0] in NUMERICS)
        elif event == "c_call" and self._open:
            self._maybe_sum(_is_numeric(arg))
        elif event == "return" and self._is_product(frame.f_code):
            self._end(arg)

    def _is_product(self, code: CodeType) -> bool:
        if code not in self._known:
            mine = code.co_filename.startswith(self._places)
            self._known[code] = mine and code.co_name not in NO_CALLS
        return self._known[code]

    def _begin(self, frame: FrameType) -> None:
        trip = None
        if not any(o.trip for o in self._open) and self._carries_transient(frame):
            trip = Trip()
        self._open.append(Open(frame.f_code.co_qualname, self._count, trip))
        self._count += 1

    def _carries_transient(self, frame: FrameType) -> bool:
        code = frame.f_code
        given = code.co_varnames[: code.co_argcount]
        return any(_is_transient(frame.f_locals.get(name)) for name in given)

    def _maybe_sum(self, numeric: bool) -> None:
        if not numeric:
            return
        at = next((i for i, o in enumerate(self._open) if o.trip), None)
        if at is not None and not self._open[at].trip.first:
            self._open[at].trip.first = [o.name for o in self._open[at:]]

    def _end(self, returned: object) -> None:
        if not self._open:
            return
        ended = self._open.pop()
        if ended.trip is not None and ended.trip.first:
            ended.trip.calls = self._count - ended.started
            self.trips.append(ended.trip)
        if type(returned).__name__ == SCREEN:
            if self.screens and self._screen_at >= ended.started:
                self.screens.pop()  # it was drawn by this one
            self.screens.append(self._count - ended.started)
            self._screen_at = ended.started


def _is_transient(value: Any) -> bool:
    if not {"seq", "body"} <= _fields(value) or "fid" not in _fields(value.body):
        return False
    body = value.body
    return str(getattr(body.kind, "value", body.kind)).lower() == METABOLITE


def _fields(value: Any) -> set[str]:
    """Fields of a dataclass, by its class: nothing of the object itself is run."""
    return set(getattr(type(value), "__dataclass_fields__", ()))


def _is_numeric(called: object) -> bool:
    module = getattr(called, "__module__", None) or ""
    owner = getattr(called, "__self__", None)
    return module.partition(".")[0] in NUMERICS or isinstance(owner, np.ndarray)


def run(words: list[str], profile: Callable[..., None], place: Path) -> None:
    """Run the program in this process, in a folder of its own."""
    before, sys.argv = Path.cwd(), ["mrs-monitor", *words]
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.chdir(place)
    quiet = io.StringIO()
    with contextlib.redirect_stdout(quiet), contextlib.redirect_stderr(quiet):
        sys.setprofile(profile)
        try:
            runpy.run_module("monitor", run_name="__main__", alter_sys=False)
        except SystemExit as ended:
            if ended.code:
                raise RuntimeError(quiet.getvalue()) from ended
        finally:
            sys.setprofile(None)
            os.chdir(before)


def trace_figures(root: Path) -> list[tuple[str, object]]:
    """Rows of the table: frames, calls for a transient, calls for a screen."""
    short = str(root / "recordings" / "infusion-short.mcap")
    rows: list[tuple[str, object]] = []
    for words in (["analyse", short], ["replay", short, "--speed", SPEED]):
        trace = Trace(root)
        with tempfile.TemporaryDirectory() as place:
            run([*words, "--out", "out"], trace, Path(place))
        name, calls = words[0], [trip.calls for trip in trace.trips]
        deepest = max((trip.first for trip in trace.trips), key=len)
        rows += [
            (f"{name}: frames before the first arithmetic, deepest", len(deepest)),
            (f"{name}: these frames", " > ".join(deepest)),
            (f"{name}: calls for a transient, median (largest) of {len(calls)}",
             _spread(calls)),
        ]  # fmt: skip
        if trace.screens:
            drawn = f"calls for a screen, median (largest) of {len(trace.screens)}"
            rows.append((f"{name}: {drawn}", _spread(trace.screens)))
    each, idle = _screens_in_order(root)
    after_each = f"calls for a screen after each of {len(each)} transients"
    between = "calls for a screen between them, where only clocks go on"
    return [
        *rows,
        (f"in order: {after_each}", _spread(each)),
        (f"in order: {between}", _spread(idle)),
    ]


def _screens_in_order(root: Path) -> tuple[list[int], list[int]]:
    """Calls for a screen after each transient, and a moment later, on any machine."""
    from monitor.protocol.choose import Wishes
    from monitor.protocol.settings import Settings
    from monitor.run.session_run import SessionRun
    from monitor.screen.display import Display
    from streams.messages.transient import Kind, Start, Transient
    from streams.sources.recording import messages

    run_, display, now_s = SessionRun(Wishes()), Display(Settings()), 0.0
    each: list[int] = []
    idle: list[int] = []
    for message in messages(root / "recordings" / "infusion-short.mcap"):
        update, now_s, body = run_.push(message), now_s + 2.0, message.body
        if update.settings is not None and isinstance(body, Start):
            display = Display(update.settings)
        display.fold(update, now_s)
        if isinstance(body, Transient) and body.kind == Kind.METABOLITE:
            each += _calls_of(display, now_s, root)
            idle += _calls_of(display, now_s + 0.2, root)
    return each, idle


def _calls_of(display: "Display", now_s: float, root: Path) -> list[int]:
    trace = Trace(root)
    sys.setprofile(trace)
    display.screen(now_s)
    sys.setprofile(None)
    return trace.screens


def _spread(counts: list[int]) -> str:
    return f"{statistics.median(counts):g} ({max(counts)})"
