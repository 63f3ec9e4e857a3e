"""Plots and the controls of a replay, drawn from values by hand."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from PyQt6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PyQt6.QtGui import QFontMetricsF, QMouseEvent
from PyQt6.QtWidgets import QWidget

from monitor.app.panels.context import Context
from monitor.app.panels.labels import MARGIN, Labels
from monitor.app.panels.opinion import OpinionPanel
from monitor.app.panels.quality import QualityPanel, StripPlot
from monitor.app.panels.replay import SPEEDS, ReplayPanel
from monitor.app.panels.waterfall import WaterfallPanel
from monitor.app.widgets.plots import Plot
from monitor.app.widgets.theme import DARK, LIGHT, PLOT_TEXT, Theme
from monitor.run.stream_state import Playback
from monitor.screen.graphs import Mark, Points, Strip, TimeAxis, Waterfall
from monitor.screen.number_words import clock
from monitor.screen.parts.opinion import LINES_PPM, OpinionView
from monitor.screen.parts.status import speed_words

THEME = Theme(DARK, 1.0)
AXIS = TimeAxis(600.0, -10.0, 40.0, "min", (-10.0, 0.0), (0.0, 40.0), (), ())
MARKED = replace(AXIS, marks=(Mark(0.0, "start"), Mark(5.0, ""), Mark(39.9, "stop")))
TIMES = np.array([-2.0, 0.0, 2.0])
JOINED = np.array([True, True, True])
STRIP = Strip(
    "fwhm", "FWHM", "Hz", TIMES, np.array([5.0, 6.0, 7.0]), JOINED,
    4.0, 8.0, (7.5,), "7.0", False,
)  # fmt: skip


@pytest.fixture
def kept(qapp) -> Iterator[Callable[[QWidget], QWidget]]:
    """Holds widgets until Qt has ended them: what is drawn in a plot goes with it."""
    widgets: list[QWidget] = []

    def keep(widget: QWidget) -> QWidget:
        widgets.append(widget)
        return widget

    yield keep
    for widget in widgets:
        widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def plot(kept) -> Plot:
    made = kept(Plot())
    made.resize(1000, 400)
    return made


# -- behind a plot ---------------------------------------------------------------------


def region(item: object) -> tuple[float, float]:
    return tuple(item.getRegion())


def test_periods_marks_and_left_out_epochs_come_and_go(plot) -> None:
    context = Context(plot)
    context.dress(THEME)
    out = ((1.0, 2.0), (3.0, 4.0), (5.0, 6.0))
    context.draw(replace(MARKED, left_out=out))
    assert plot.getViewBox().viewRange()[0] == [-10.0, 40.0]
    assert region(context._reference) == (-10.0, 0.0)
    assert region(context._infusion) == (0.0, 40.0)
    assert [line.value() for line in context._lines] == [0.0, 5.0, 39.9]
    assert [region(one) for one in context._left_out] == list(out)
    behind = (context._reference, context._infusion, *context._lines)
    assert all(item.zValue() < 0 for item in behind)
    hatched = Qt.BrushStyle.BDiagPattern
    assert {one.brush.style() for one in context._left_out} == {hatched}
    context.draw(
        replace(AXIS, reference=None, left_out=out[:1], marks=MARKED.marks[:1])
    )
    assert not context._reference.isVisible()
    assert context._infusion.isVisible()
    assert [one.isVisible() for one in context._left_out] == [True, False, False]
    assert [one.isVisible() for one in context._lines] == [True, False, False]
    context.draw(replace(AXIS, infusion=None))
    assert context._reference.isVisible()
    assert not context._infusion.isVisible()


def test_behind_an_image_nothing_is_shaded(plot) -> None:
    context = Context(plot, shaded=False)
    context.draw(AXIS)
    assert not context._reference.isVisible()
    assert not context._infusion.isVisible()


def test_what_was_drawn_in_no_colours_takes_them_later(plot) -> None:
    context = Context(plot)
    context.draw(replace(MARKED, left_out=((1.0, 2.0),)))
    context.dress(THEME)
    assert context._left_out[0].brush.style() == Qt.BrushStyle.BDiagPattern
    pen = THEME.pen(DARK.baseline).color()
    assert [line.pen.color() for line in context._lines] == [pen] * 3
    context.dress(Theme(LIGHT, 1.0))
    context.draw(replace(MARKED, marks=(*MARKED.marks, Mark(20.0, "a note"))))
    light = Theme(LIGHT, 1.0).pen(LIGHT.baseline).color()
    assert [line.pen.color() for line in context._lines] == [light] * 4


# -- words at the verticals ------------------------------------------------------------


def test_words_stand_at_their_marks_and_turn_at_the_end(plot) -> None:
    labels = Labels(plot)
    labels.draw(MARKED, 10.0, -10.0)
    assert labels.items == []
    labels.dress(THEME)
    labels.draw(MARKED, 10.0, -10.0)
    assert [item.toPlainText() for item in labels.items] == ["start", "stop"]
    assert [item.pos().x() for item in labels.items] == [0.0, 39.9]
    assert [item.anchor.x() for item in labels.items] == [0, 1]
    assert {item.pos().y() for item in labels.items} == {10.0}
    assert {item.color.name().upper() for item in labels.items} == {DARK.text}
    labels.draw(AXIS, 10.0, -10.0)
    assert not any(item.isVisible() for item in labels.items)


def test_words_that_would_run_into_one_another_stand_lower(plot) -> None:
    labels = Labels(plot)
    labels.dress(THEME)
    marks = (Mark(0.0, "start"), Mark(0.1, "a note"))
    labels.draw(replace(AXIS, marks=marks), 10.0, -10.0)
    first, second = labels.items
    box = plot.getViewBox()
    row = 20.0 * (THEME.line_px(20) + 2 * MARGIN) / box.height()
    assert first.pos().y() == 10.0
    assert second.pos().y() == pytest.approx(10.0 - row)
    width = QFontMetricsF(THEME.font(20)).horizontalAdvance("start") + THEME.px(24)
    beside = 50.0 * width / box.width()
    for at, lower in ((0.99 * beside, True), (1.01 * beside, False)):
        marks = (Mark(0.0, "start"), Mark(at, "x"))
        labels.draw(replace(AXIS, marks=marks), 10.0, -10.0)
        assert (labels.items[1].pos().y() < 10.0) is lower


# -- strips ----------------------------------------------------------------------------


@pytest.fixture
def strip(kept) -> StripPlot:
    made = kept(StripPlot())
    made.resize(800, 120)
    made.dress(THEME)
    return made


def ticks(plot: Plot, side: str) -> list[tuple[float, str]]:
    return plot.axis(side)._tickLevels[0]


def test_a_strip_has_its_name_its_value_and_its_limit(strip) -> None:
    strip.draw(STRIP, AXIS)
    assert ticks(strip, "left") == [(6.0, "FWHM")]
    assert ticks(strip, "right") == [(6.0, "7.0 Hz")]
    assert strip.axis("right").textPen().color().name().upper() == DARK.text
    assert [line.value() for line in strip._limits] == [7.5]
    assert strip._limits[0].zValue() < 0
    assert not strip._legend.isVisible()
    water = Points(np.array([1.0]), np.array([5.0]))
    strip.draw(replace(STRIP, limits=(1.0, 2.0), water=water, past_limit=True), AXIS)
    assert ticks(strip, "right") == [(6.0, "▲ 7.0 Hz")]
    attention = strip.axis("right").textPen().color().name().upper()
    assert attention == DARK.attention_text
    assert strip._legend.isVisible()
    assert [line.value() for line in strip._limits] == [1.0, 2.0]
    strip.draw(replace(STRIP, now="", limits=()), AXIS)
    assert ticks(strip, "right") == [(6.0, "")]
    assert not any(line.isVisible() for line in strip._limits)
    strip.draw(replace(STRIP, unit=""), AXIS)
    assert ticks(strip, "right") == [(6.0, "7.0")]


def test_the_nearest_value_is_told(strip) -> None:
    assert strip.words_at(0.0, 0.0) == ""
    strip.draw(replace(STRIP, time_min=np.zeros(0), value=np.zeros(0)), AXIS)
    assert strip.words_at(0.0, 0.0) == ""
    strip.draw(STRIP, AXIS)
    assert strip.words_at(1.4, 0.0).endswith("FWHM 7.00 Hz, limit 7.50")
    assert strip.words_at(0.9, 0.0).endswith("FWHM 6.00 Hz, limit 7.50")
    strip.draw(replace(STRIP, unit="", limits=()), AXIS)
    assert strip.words_at(-9.0, 0.0).endswith("FWHM 5.00")


def test_without_sizes_no_strip_is_drawn(kept) -> None:
    bare = kept(StripPlot())
    bare.draw(STRIP, AXIS)
    assert bare.words_at(0.0, 0.0) == ""


def test_limits_in_no_colours_take_them_later(kept) -> None:
    bare = kept(StripPlot())
    bare._draw_limits((1.0,))
    bare.dress(THEME)
    assert bare._limits[0].pen.color() == THEME.pen(DARK.baseline).color()


def test_strips_are_shown_in_turn_once_and_as_many_as_there_is_room(kept) -> None:
    panel = kept(QualityPanel(3))
    panel.dress(THEME)
    least = THEME.line_px(PLOT_TEXT)
    panel.resize(800, 3 * least)
    six = tuple(replace(STRIP, name=f"n{n}") for n in range(6))
    panel.draw(six, AXIS, part=0, of=2)
    assert panel.shown == (six[0], None, six[2])
    panel.draw(six, AXIS, part=1, of=2)
    assert panel.shown == six[:3]
    panel.turn()
    panel.draw(six, AXIS)
    assert panel.shown == six[3:]
    panel.turn()
    panel.draw(six[:2], AXIS)
    assert panel.shown == (*six[:2], six[5])
    drawn: list[str] = []
    for plot in panel.plots:
        plot.draw = lambda strip, axis: drawn.append(strip.name)
    panel.draw(six[:2], AXIS)
    assert drawn == []
    panel.draw((six[0], six[4]), AXIS)
    assert drawn == ["n4"]
    panel.draw((six[0], six[4]), replace(AXIS, end_min=50.0))
    assert drawn == ["n4", "n0", "n4"]
    for height, there in ((2 * least, 2), (round(0.4 * least), 1), (9 * least, 3)):
        panel.resize(800, height)
        panel.draw(six, AXIS)
        hidden = [plot.isHidden() for plot in panel.plots]
        assert hidden == [False] * there + [True] * (3 - there)


# -- waterfall and second opinion ------------------------------------------------------

IMAGE = np.zeros((4, 3), np.float32)


def test_an_image_lies_where_it_was_measured(kept) -> None:
    panel = kept(WaterfallPanel())
    panel.dress(THEME)
    image = Waterfall(IMAGE, -4.0, 6.0, 0.2, 4.2, 0.0, 1.0)
    panel.draw(image, AXIS)
    place = panel._image.mapRectToParent(panel._image.boundingRect())
    assert (place.left(), place.right()) == (-4.0, 6.0)
    assert (place.top(), place.bottom()) == pytest.approx((0.2, 4.2))
    assert panel._image.zValue() < panel._context._reference.zValue()
    shown: list[object] = []
    panel._image.setImage = lambda one, **_: shown.append(one)
    panel.draw(image, AXIS)
    assert shown == []
    panel.draw(image, replace(AXIS))
    assert len(shown) == 1
    panel.draw_again()
    panel.draw(image, panel._axis)
    assert len(shown) == 2
    panel.draw(None, AXIS)
    assert panel._image.image is None


def test_an_opinion_lies_between_its_thresholds(kept) -> None:
    panel = kept(OpinionPanel())
    panel.dress(THEME)
    view = OpinionView("title", "said", np.array([1.0, 2.0]), np.zeros(2), 3.1, 5.0)
    panel.draw(view)
    assert [line.value() for line in panel._lines] == [0.0, 3.1, -3.1]
    assert ticks(panel.plot, "left") == [(0.0, "t = 0")]  # in one another else
    panel.plot.size_px = lambda: (500.0, 500.0)
    panel.draw(view)
    assert ticks(panel.plot, "left") == [
        (0.0, "t = 0"),
        (3.1, "3.1"),
        (-3.1, "\u22123.1"),
    ]
    assert ticks(panel.plot, "bottom")[-1][1] == "ppm"
    assert [r.getRegion() for r in panel._regions] == list(LINES_PPM)
    assert panel.plot.getViewBox().viewRange()[1] == [-5.0, 5.0]
    assert (panel.title.full_text, panel.said.full_text) == ("title", "said")
    assert not panel.isHidden()
    panel.draw(None)
    assert panel.isHidden()


# -- replay ----------------------------------------------------------------------------

PLAYED = Playback(True, 20.0, 60.0, 600.0)


@pytest.fixture
def replay(kept) -> ReplayPanel:
    panel = kept(ReplayPanel())
    panel.resize(900, 60)
    panel.dress(THEME)
    return panel


@pytest.fixture
def said(replay) -> list[tuple[str, float]]:
    """What the panel asks for."""
    found: list[tuple[str, float]] = []
    for name in ("played", "sped", "sought"):
        signal = getattr(replay, name)
        signal.connect(lambda value, name=name: found.append((name, value)))
    return found


def test_a_replay_is_followed(replay) -> None:
    replay.draw(PLAYED)
    assert replay.play.text() == "Pause"
    assert replay.speed.currentData() == 20.0
    assert (replay.slider.maximum(), replay.slider.value()) == (600, 60)
    assert replay.at.full_text == f"{clock(60.0)} / {clock(600.0)}"
    widest = QFontMetricsF(THEME.font(22)).horizontalAdvance("10:00 / 10:00")
    assert replay.at.width() == round(widest) + THEME.px(12)
    replay.draw(replace(PLAYED, playing=False))
    assert replay.play.text() == "Play"
    replay.play.setText("by another")
    replay.draw(replace(PLAYED, playing=False))
    assert replay.play.text() == "by another"


def test_the_slider_stays_in_the_hand(replay, said) -> None:
    replay.draw(PLAYED)
    replay.slider.setSliderDown(True)
    replay.draw(replace(PLAYED, position_s=90.0))
    assert replay.slider.value() == 60
    replay.slider.setValue(300)
    replay._moved(0)
    assert said == []
    replay.slider.setSliderDown(False)
    assert said == [("sought", 300.0)]
    replay._moved(0)
    assert said[1:] == [("sought", 300.0)]


@pytest.mark.parametrize(
    ("speed", "place"), [(3.0, 2), (0.5, 0), (1000.0, 6), (20.0, 4), (math.inf, 6)]
)
def test_a_speed_of_its_own_stands_among_the_others(replay, speed, place) -> None:
    replay.draw(replace(PLAYED, speed=speed))
    assert replay.speed.currentIndex() == place
    assert replay.speed.currentData() == speed
    assert replay.speed.count() == len(SPEEDS) + (speed not in SPEEDS)
    assert replay.speed.itemText(place) == speed_words(speed, True)


@pytest.mark.parametrize(
    ("shown", "asked"),
    [
        (None, []),
        (PLAYED, [("played", False)]),
        (replace(PLAYED, playing=False), [("played", True)]),
        (
            replace(PLAYED, playing=False, position_s=600.0),
            [("sought", 0.0), ("played", True)],
        ),
        (replace(PLAYED, position_s=600.0), [("played", False)]),
        (Playback(False, 1.0, 0.0, 0.0), [("played", True)]),
    ],
)
def test_play_begins_again_from_the_end(replay, said, shown, asked) -> None:
    if shown is not None:
        replay.draw(shown)
    replay.toggle()
    assert said == asked


def test_steps_add_up_and_stay_within(replay, said) -> None:
    replay.step(60.0)
    assert said == []
    replay.draw(PLAYED)
    for seconds in (60.0, 60.0, -300.0, 900.0):
        replay.step(seconds)
    assert [there for _, there in said] == [120.0, 180.0, 0.0, 600.0]


def test_a_click_on_the_slider_goes_there(replay) -> None:
    replay.draw(PLAYED)
    slider = replay.slider
    slider.resize(600, 40)

    def press(x: float, button: Qt.MouseButton) -> None:
        place, none = QPointF(x, 20.0), Qt.KeyboardModifier.NoModifier
        kind = QEvent.Type.MouseButtonPress
        slider.mousePressEvent(QMouseEvent(kind, place, place, button, button, none))

    press(300.0, Qt.MouseButton.RightButton)
    assert slider.value() == 60
    press(300.0, Qt.MouseButton.LeftButton)
    assert abs(slider.value() - 300) <= 1


def test_without_sizes_a_replay_is_followed_all_the_same(kept) -> None:
    panel = kept(ReplayPanel())
    panel.draw(PLAYED)
    assert panel.play.text() == "Pause"
    panel.dress(THEME)
    widest = QFontMetricsF(THEME.font(22)).horizontalAdvance("10:00 / 10:00")
    assert panel.at.width() == round(widest) + THEME.px(12)
