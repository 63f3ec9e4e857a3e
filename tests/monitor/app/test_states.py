"""What must be visible where in every state, at each size and in both themes."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from fake_session import SETTINGS, FakeFeed
from PyQt6.QtCore import QPoint, QPointF, QRect
from PyQt6.QtGui import QFontMetricsF
from PyQt6.QtWidgets import QApplication

from monitor.app.page.page import Page
from monitor.app.widgets.fitted_label import FittedLabel
from monitor.app.widgets.text import Text
from monitor.app.widgets.theme import LEAST_TEXT_PX, THEMES
from monitor.app.window import LEAST
from monitor.run.stream_state import Playback, Stream
from monitor.run.worker_messages import Heard
from monitor.screen.rewindable import Session

LIVE = replace(FakeFeed().health, clock="clock -12.014 s, +12.3 ppm")
REPLAY = Stream(connected=True, playback=Playback(True, 20.0, 1200.0, 2998.0))
NOBODY = Stream(said="Nobody listens on tcp://127.0.0.1:5555; trying again.")
MOTION_S = 1300.0


@dataclass(frozen=True)
class State:
    """A state of the run, and what is to be read in it."""

    until_s: float
    stream: str
    phase: str
    number: Callable[[str], bool]
    message: str
    feed: Stream = LIVE
    later_s: float = 0.3
    hidden: bool = False


def a_number(text: str) -> bool:
    return text[:1] in "+−" and text[-1].isdigit()


STATES = {
    "starting": State(-1, "STARTING", "WAITING", "".__eq__, "Starting", NOBODY),
    "no stream": State(
        -1, "NO STREAM", "WAITING", "".__eq__, "No stream", NOBODY, later_s=9
    ),
    "reference period": State(400, "● REC 00:06:4", "BEFORE 06:4", "".__eq__, ""),
    "infusion": State(1200, "● REC 00:20:0", "INFUSION +10:0", a_number, ""),
    "motion": State(MOTION_S, "● REC 00:21", "INFUSION +11:", a_number, "transients"),
    "stream lost": State(
        1200, "● REC 00:20:1", "INFUSION +10:1", a_number, "No transient for",
        later_s=14,
    ),
    "replay": State(1200, "REPLAY 20×", "INFUSION +10:0", a_number, "", REPLAY),
    "blinded": State(
        1200, "● REC 00:20:0", "INFUSION +10:0", "hidden".__eq__, "", hidden=True
    ),
}  # fmt: skip


def screen_of(state: State, reports):
    session = Session(replace(SETTINGS, outcome_hidden=state.hidden))
    session.take(Heard(state.feed), 0.0)
    now = 0.0
    for report in reports:
        update = report.update
        at = update.quality.time_s if update.quality else None
        if update.event is not None:
            at = update.event.time_s
        if state.until_s < 0 or (at or 0.0) > state.until_s:
            break
        now = at if at is not None else now
        if "motion" in state.message or state.until_s == MOTION_S:
            update = spoilt(update)
        session.take(replace(report, update=update), now)
    return session.screen(now + 2.5 if state.later_s < 1 else now + state.later_s)


def spoilt(update):
    """The last transients before `MOTION_S` moved."""
    q = update.quality
    if q is None or q.time_s < MOTION_S - 60:
        return update
    return replace(update, quality=replace(q, weight=0.02, flags=("motion",)))


def place(widget, page) -> QRect:
    return QRect(widget.mapTo(page, QPoint(0, 0)), widget.size())


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (3840, 2160)])
def test_every_state_shows_its_words_in_their_places(qapp, reports, size, theme):
    page = Page(THEMES[theme])
    page.resize(*size)
    page.show()
    share = min(size[0] / 1920, size[1] / 1080)
    for name, state in STATES.items():
        screen = screen_of(state, reports)
        page.draw(screen, everything=True)
        for _ in range(3):
            QApplication.sendPostedEvents()
        assert page.status.stream.full_text.startswith(state.stream), name
        assert page.status.phase.full_text.startswith(state.phase), name
        assert state.number(page.headline.number.full_text), name
        lines = page.messages.findChildren(Text)
        said = " ".join(line.full_text for line in lines if line.isVisible())
        assert state.message in said, name
        assert page.replay.isVisible() == (state.feed is REPLAY), name
        check_panels(page, name)
        shown = [t for t in page.findChildren(Text) if t.isVisible()]
        assert not [t.full_text for t in shown if t.cut], name
        assert min(t.font().pixelSize() for t in shown) >= LEAST_TEXT_PX
        for text, wanted in (
            (page.status.stream, 60), (page.status.phase, 60),
            (page.headline.number, 128), (page.headline.verdict, 32),
        ):  # fmt: skip
            assert text.font().pixelSize() >= 0.9 * wanted * share, (name, text.text())
    page.close()
    page.deleteLater()


def check_panels(page: Page, name: str) -> None:
    """All panels are on the page, none over another."""
    panels = [
        page.status, page.headline, page.trend, page.measures, page.quality,
        page.waterfall, page.spectrum, page.table, page.messages, page.acts,
        page.footer,
    ]  # fmt: skip
    at = [place(panel, page) for panel in panels if panel.isVisible()]
    assert all(page.rect().contains(one) for one in at), name
    assert not any(a.intersects(b) for a, b in combinations(at, 2)), name


def spans_px(plot, side: str) -> list[tuple[float, float]]:
    """Where the words of an axis stand, in pixels along it."""
    across = side == "bottom"
    box, axis = plot.getViewBox(), plot.axis(side)
    low, high = box.viewRange()[0 if across else 1]
    long = box.width() if across else box.height()
    metrics = QFontMetricsF(axis.style["tickFont"])
    found = []
    for at, words in axis._tickLevels[0]:
        half = (metrics.horizontalAdvance(words) if across else metrics.ascent()) / 2
        middle = long * (at - low) / (high - low)
        middle = long - middle if across and box.xInverted() else middle
        found.append((middle - half, middle + half))
    return sorted(found)


@pytest.mark.parametrize("size", [LEAST, (800, 600)])
def test_on_the_smallest_page_no_words_run_into_others(qapp, reports, size):
    page = Page(THEMES["dark"])
    page.resize(*size)
    page.show()
    for name, state in STATES.items():
        screen = screen_of(state, reports)
        for _ in range(2):  # where things are is known from the second time on
            page.draw(screen, everything=True)
            QApplication.sendPostedEvents()
            screen = replace(screen, trend=replace(screen.trend))
        check_panels(page, name)
        for plot, side in (
            (page.trend.plot, "left"), (page.trend.plot, "bottom"),
            (page.spectrum, "bottom"), (page.spectrum, "right"),
        ):  # fmt: skip
            found = spans_px(plot, side) if plot.axis(side)._tickLevels else []
            for (_, end), (start, _) in pairwise(found):
                assert end <= start, (name, side, found)
        for text in page.findChildren(FittedLabel):
            assert not (text.isVisible() and text.cut), (name, text.full_text)
    page.close()
    page.deleteLater()


def test_on_a_screen_of_scale_two_everything_is_twice_as_fine(tmp_path):
    """3840 x 2160 at scale 2: the page of 1920 x 1080 with twice the pixels."""
    script = tmp_path / "draw.py"
    script.write_text(
        "import sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parents[2] / 'support')!r})\n"
        "from pathlib import Path\n"
        "from fake_session import SETTINGS\n"
        "from PyQt6.QtGui import QImage\n"
        "from monitor.app.page.render import render\n"
        "from monitor.screen.rewindable import Session\n"
        "render(Session(SETTINGS).screen(0.0), Path(sys.argv[1]))\n"
        "print(QImage(sys.argv[1]).width(), QImage(sys.argv[1]).height())\n"
    )
    env = {**os.environ, "QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "a.png")],
        env=env, capture_output=True, text=True, timeout=100, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["3840", "2160"]
    assert done.stderr == ""


@pytest.mark.parametrize("size", [(960, 540), (1280, 720), (1366, 768), (1920, 1080)])
def test_names_in_the_spectrum_stay_clear_of_the_residual(qapp, reports, size):
    """Above their line, or beside its tip; the caption gives way to them."""
    page = Page(THEMES["dark"])
    page.resize(*size)
    page.show()
    screen = screen_of(STATES["infusion"], reports)
    for _ in range(3):
        page.draw(screen, everything=True)
        QApplication.sendPostedEvents()
    panel = page.spectrum
    zero = QPointF(2.0, screen.spectrum.residual_zero)
    residual = panel.getViewBox().mapViewToScene(zero).y()
    names = [item for item in panel._names if item.isVisible()]
    places = [item.mapRectToScene(item.boundingRect()) for item in names]
    assert min(place.top() for place in places) > residual
    assert residual >= 0.5 * QFontMetricsF(panel.axis("right").font()).height() - 1
    caption = panel._caption.item
    if caption.isVisible():
        held = caption.mapRectToScene(caption.boundingRect())
        assert not any(held.intersects(place) for place in places)
    page.close()
    page.deleteLater()
