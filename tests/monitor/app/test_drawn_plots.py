"""What trend and spectrum draw is what their values say, each in its place."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PyQt6.QtCore import QPointF
from PyQt6.QtGui import QFontMetricsF

from monitor.app.panels.spectrum import LEFT_PPM, RIGHT_PPM, SpectrumPanel
from monitor.app.panels.trend import TrendPanel, _legends
from monitor.app.panels.trend_plot import _ticks
from monitor.app.widgets.theme import DARK, PLOT_TEXT, theme_for
from monitor.screen.graphs import (
    Band,
    Component,
    Mark,
    Overlay,
    Peak,
    SpectrumView,
    TimeAxis,
    Trend,
)

ALL = np.ones(3, bool)
AT = np.array([1.0, 4.0, 8.0])
AXIS = TimeAxis(0.0, -10.0, 30.0, "minutes", (-8.0, -2.0), (0.0, 20.0), (), (12.0,))
TREND = Trend(
    AXIS,
    "Glu: change",
    -20.0,
    20.0,
    AT,
    np.array([2.0, -3.0, 5.0]),
    np.array([1.0, 1.5, 2.0]),
    1,
    AT,
    np.array([1.0, 2.0, 3.0]),
    ALL,
    np.array([3.0]),
    np.array([5.0]),
    2.5,
    (7.0, 9.0),
    None,
    "",
)
BAND = Band(AT, AT, AT - 2.0, AT + 3.0, np.array([True, False, True]))
PPM = np.linspace(0.5, 4.2, 371)
HUMP = np.exp(-(((PPM - 2.0) / 0.1) ** 2))
VIEW = SpectrumView(
    PPM,
    HUMP,
    0.9 * HUMP,
    0.1 + 0 * PPM,
    1.4 + 0 * PPM,
    1.4,
    (Component("Glu", -0.22, HUMP - 0.22, True), Component("mI", -0.46, HUMP, False)),
    ((1.4, "residual"), (-0.22, "Glu"), (-0.46, "mI")),
    (Peak(2.0, 1.0, "NAA"), Peak(3.0, 0.7, "Cr"), Peak(3.2, 0.5, "Cho")),
    np.zeros(0),
    np.zeros(0),
    0.0,
    -0.54,
    1.52,
    "mean of 16; FWHM 6 Hz",
    np.ones(371, bool),
)


@pytest.fixture(params=[(1920, 1080), (1366, 768)], ids=["large", "small"])
def theme(request):
    return theme_for(*request.param, DARK)


def shown(qtbot, panel, theme, width=900, height=500):
    qtbot.addWidget(panel)
    panel.resize(width, height)
    panel.show()
    panel.dress(theme)
    return panel


@pytest.fixture
def trend(qtbot, theme):
    panel = shown(qtbot, TrendPanel(), theme)
    return panel


def test_points_bars_and_arrows_of_a_trend(trend):
    trend.draw(TREND)
    plot = trend.plot
    x, y = plot._points.getData()
    assert (x.tolist(), y.tolist()) == ([1, 4, 8], [2, -3, 5])
    assert [c.tolist() for c in plot._newest.getData()] == [[8], [5]]
    assert plot._bars.opts["height"].tolist() == [2.0, 3.0, 4.0]
    assert [c.tolist() for c in plot._above.getData()] == [[3], [pytest.approx(19.1)]]
    assert [c.tolist() for c in plot._below.getData()] == [[5], [pytest.approx(-19.1)]]
    assert plot._reference.getRegion() == (-2.5, 2.5)
    assert plot._reference.isVisible()
    x, y = plot._now.getData()
    assert x.tolist() == [7, 7, 9, 9]
    assert -20 < y[1] == y[2] < y[0] == y[3] < -18
    assert plot.getViewBox().viewRange()[1] == [-20.0, 20.0]


def test_what_is_not_there_is_not_drawn(trend):
    trend.draw(TREND)
    trend.draw(replace(TREND, now=None, reference_half=float("nan")))
    plot = trend.plot
    assert not plot._reference.isVisible()
    assert len(plot._now.getData()[0]) == 0
    assert not plot._plasma.isVisible()
    assert not plot._band.isVisible()


def test_the_tracker_is_drawn_with_its_band_cut_where_nothing_was_measured(trend):
    trend.draw(TREND)
    assert trend.plot._line.getData()[1].tolist() == [1, 2, 3]
    trend.draw(replace(TREND, band=BAND))
    plot = trend.plot
    assert plot._line.getData()[1].tolist() == AT.tolist()
    low, high = (edge.getData()[1].tolist() for edge in plot._edges)
    assert (low, high) == ((AT - 2).tolist(), (AT + 3).tolist())
    assert all(item.isVisible() for item in (plot._band, *plot._edges))
    pieces = plot._band._polygons
    assert [len(piece) for piece in pieces] == [4, 2]
    assert list(pieces[0]) == [
        QPointF(1, 4),
        QPointF(4, 7),
        QPointF(4, 2),
        QPointF(1, -1),
    ]
    box = plot._band.boundingRect()
    assert (box.left(), box.right(), box.top(), box.bottom()) == (1, 8, -1, 11)


def test_plasma_ends_within_the_scale(trend):
    plasma = Overlay(AT, np.array([0.0, 0.5, 1.0]), "ketamine")
    trend.draw(replace(TREND, plasma=plasma))
    assert trend.plot._plasma.isVisible()
    assert trend.plot._plasma.getData()[1].tolist() == [0.0, 8.0, 16.0]


def test_breaks_and_epochs_left_out_come_and_go(trend):
    breaks = trend.plot._breaks

    def at() -> list[float]:
        return [pair[1].value() for pair in breaks._lines if pair[1].isVisible()]

    trend.draw(replace(TREND, axis=replace(AXIS, breaks=(3.0, 12.0))))
    assert at() == [3.0, 12.0]
    assert all(pair[0].zValue() < pair[1].zValue() for pair in breaks._lines)
    trend.draw(replace(TREND, axis=replace(AXIS, breaks=(5.0,))))
    assert at() == [5.0]


def test_words_at_a_place_of_the_trend(trend):
    assert trend.plot.words_at(2.0, 0.0) == "+02:00"
    trend.draw(replace(TREND, band=BAND))
    minus = "\N{MINUS SIGN}"
    words = f"+04:15  +4.0 ± 2.5 %  ● {minus}3.0 ± 1.5 %"
    assert trend.plot.words_at(4.25, 0.0) == words
    assert trend.plot.words_at(0.75, 0.0) == "+00:45  ● +2.0 ± 1.0 %"
    assert trend.plot.words_at(8.25, 0.0) == "+08:15  ● +5.0 ± 2.0 %"
    assert trend.plot.words_at(20.0, 0.0) == "+20:00"  # nothing was measured yet
    trend.say("a long sentence " * 20)
    assert trend.title.full_text == ""
    trend.say("")
    assert trend.title.full_text == TREND.title


@pytest.mark.parametrize("marks", [0, 1, 4])
def test_labels_of_events_stand_in_the_plot_and_clear_of_one_another(trend, marks):
    words = [Mark(2.0 * k, f"event {k}") for k in range(marks)]
    trend.draw(replace(TREND, axis=replace(AXIS, marks=(*words, Mark(29.0, "late")))))
    plot = trend.plot
    trend.grab()
    labels = [item for item in plot.labels.items if item.isVisible()]
    assert len(labels) == marks + 1
    boxes = [
        item.mapRectToScene(item.boundingRect()).adjusted(2, 2, -2, -2)
        for item in labels
    ]
    inside = plot.getViewBox().sceneBoundingRect()
    for i, box in enumerate(boxes):
        assert box.left() >= inside.left() - 2
        assert box.right() <= inside.right() + 2
        assert box.top() >= inside.top() - 2
        for other in boxes[i + 1 :]:
            assert not box.intersects(other)
    trend.draw(replace(TREND, axis=replace(AXIS, marks=())))
    assert not any(item.isVisible() for item in plot.labels.items)


def test_a_note_stands_in_the_middle(trend, theme):
    trend.draw(replace(TREND, note="no reference; mark one"))
    note = trend.plot._note
    assert note.toPlainText() == "no reference\nmark one"
    assert (note.pos().x(), note.pos().y()) == (10.0, 0.0)
    marked = replace(AXIS, marks=(Mark(1.0, "infusion on"),))
    trend.draw(replace(TREND, axis=marked, note="no reference"))
    assert note.toPlainText() == ("" if theme.cramped else "no reference")


def test_legends_get_shorter_and_name_what_is_drawn():
    full = _legends(replace(TREND, band=BAND, pooled=3))
    assert "tracker" in full[0]
    assert "mean of 3 windows" in full[0]
    assert [len(a) > len(b) for a, b in pairwise(full[:3])] == [True, True]
    assert "sliding" in _legends(TREND)[0]
    assert "● window" in _legends(TREND)[0]
    assert _legends(replace(TREND, points=np.zeros(0)))[0] == ""
    left_out = replace(TREND, axis=replace(AXIS, left_out=((1.0, 2.0),)))
    assert "left out" in _legends(left_out)[0]


@pytest.mark.parametrize("lines", [2.0, 5.0, 12.0, 40.0])
@pytest.mark.parametrize(("low", "high"), [(-20.0, 20.0), (-7.0, 33.0), (0.0, 100.0)])
def test_ticks_are_round_inside_and_clear_of_one_another(low, high, lines):
    ticks = _ticks(low, high, lines)
    at = [value for value, _ in ticks]
    steps = {round(b - a, 6) for a, b in pairwise(at)}
    assert all(low < value < high for value in at)
    assert len(steps) <= 1
    if lines >= 12:
        assert 2 <= len(at) <= 10
        assert all(step * lines / (high - low) >= 2.0 for step in steps)
    assert ticks == [] or dict(ticks).get(0.0, "0") == "0"


@pytest.fixture
def spectrum(qtbot, theme):
    return shown(qtbot, SpectrumPanel(), theme)


def test_curves_of_a_spectrum(spectrum):
    spectrum.draw(VIEW)
    for item, values in (
        (spectrum._measured, VIEW.measured),
        (spectrum._model, VIEW.model),
        (spectrum._baseline, VIEW.baseline),
        (spectrum._residual, VIEW.residual),
    ):
        assert (item.getData()[1] == values).all()
    assert spectrum._zeros[0].value() == 1.4
    assert not spectrum._zeros[1].isVisible()
    assert len(spectrum._difference.getData()[0]) == 0
    low, high = spectrum.getViewBox().viewRange()[1]
    assert low <= VIEW.low
    assert high >= VIEW.high
    assert spectrum._glutamate.isVisible()
    assert spectrum._glutamate.boundingRect().top() == pytest.approx(-0.22)


def test_a_difference_has_a_zero_of_its_own(spectrum):
    apart = replace(
        VIEW,
        difference=0.1 * HUMP - 0.32,
        difference_fit=0 * PPM - 0.32,
        difference_zero=-0.32,
    )
    spectrum.draw(apart)
    assert (spectrum._difference.getData()[1] == apart.difference).all()
    assert spectrum._zeros[1].isVisible()
    assert spectrum._zeros[1].value() == -0.32


def test_parts_come_and_go_with_the_view(spectrum):
    spectrum.draw(VIEW)
    assert [part.isVisible() for part in spectrum._parts] == [True, True]
    spectrum.draw(replace(VIEW, components=(VIEW.components[1],)))
    assert [part.isVisible() for part in spectrum._parts] == [True, False]
    assert not spectrum._glutamate.isVisible()
    spectrum.draw(None)
    assert not any(part.isVisible() for part in spectrum._parts)
    assert len(spectrum._measured.getData()[0]) == 0
    assert spectrum._caption.item.toPlainText() == ""


def test_names_of_lines_stand_apart_and_below_the_residual(spectrum):
    near = Peak(2.01, 0.9, "NAAG")
    spectrum.draw(replace(VIEW, peaks=(*VIEW.peaks, near)))
    spectrum.grab()
    names = [item for item in spectrum._names if item.isVisible()]
    assert "NAAG" not in [item.toPlainText() for item in names]
    boxes = [item.mapRectToScene(item.boundingRect()) for item in names]
    for i, box in enumerate(boxes):
        assert not any(box.intersects(other) for other in boxes[i + 1 :])
    assert (names[0].pos().x(), names[0].pos().y()) == (2.0, 1.0)
    tall = replace(VIEW, peaks=(Peak(2.0, 1.3, "NAA"),))
    spectrum.draw(tall)
    (name,) = [item for item in spectrum._names if item.isVisible()]
    assert name.pos().x() == pytest.approx(1.94)
    assert name.pos().y() < 1.4 - 0.08


def test_words_at_a_place_of_the_spectrum(spectrum):
    assert spectrum.words_at(2.0, 0.0) == "2.00 ppm"
    spectrum.draw(VIEW)
    assert spectrum.words_at(2.0, 0.0) == "2.00 ppm  data 1.0  fit 0.90"
    hidden = (PPM < 2.0) | (PPM > 2.6)
    curves = ("ppm", "measured", "model", "baseline", "residual", "connect")
    less = {name: getattr(VIEW, name)[hidden] for name in curves}
    spectrum.draw(replace(VIEW, components=(), **less))
    assert spectrum.words_at(2.3, 0.0) == "2.30 ppm"


def test_the_axis_is_numbered_as_closely_as_fits(qtbot, theme):
    texts = []
    for width in (900, 330, 150):
        panel = shown(qtbot, SpectrumPanel(), theme, width)
        panel.draw(VIEW)
        ticks = panel._ticks[0]
        assert [at for at, _ in ticks] == sorted((at for at, _ in ticks), reverse=True)
        assert all(0.5 < at < 4.2 for at, _ in ticks)
        assert ticks[0][1] == "4.0"
        assert ticks[-1][1] == "ppm"
        texts.append(len(ticks))
    assert texts == sorted(texts, reverse=True)
    assert texts[0] > texts[-1]


NAA = replace(
    VIEW,
    measured=0.9 * HUMP,
    peaks=(Peak(2.0, 0.9, "NAA"),),
    caption="64 s, FWHM 10.0 Hz; other epoch, rescaled",
)


def with_line(view, ppm, height):
    tall = height * np.exp(-(((PPM - ppm) / 0.05) ** 2))
    return replace(view, measured=np.maximum(view.measured, tall))


@pytest.mark.parametrize(
    ("view", "place"),
    [
        (NAA, RIGHT_PPM),
        (with_line(NAA, 1.3, 1.3), LEFT_PPM),
        (with_line(with_line(NAA, 1.3, 1.3), 3.9, 1.3), None),
        (replace(NAA, residual=np.where(PPM < 1.4, 0.2, NAA.residual)), LEFT_PPM),
    ],
    ids=["usual", "lipid", "everywhere", "residual"],
)
def test_a_caption_covers_no_line(qtbot, view, place):
    """A lipid's line ran through it."""
    panel = shown(qtbot, SpectrumPanel(), theme_for(1920, 1080, DARK))
    panel.draw(view)
    panel.grab()
    caption = panel._caption.item
    assert caption.isVisible() is (place is not None)
    if place is None:
        return
    assert caption.pos().x() == place
    box = caption.mapRectToParent(caption.boundingRect())
    there = (view.ppm >= box.left()) & (view.ppm <= box.right())
    curves = (view.measured, view.model, view.baseline, view.residual)
    assert np.count_nonzero(there) > 20
    for values in curves:
        inside = (values[there] > box.top()) & (values[there] < box.bottom())
        assert not inside.any()


def test_before_it_has_sizes_a_spectrum_has_no_room_for_a_caption(qtbot):
    panel = SpectrumPanel()
    qtbot.addWidget(panel)
    panel._caption.draw(VIEW, (900.0, 500.0), [])
    assert not panel._caption.item.isVisible()
    assert panel._with_head(VIEW, 500.0) is VIEW


def test_a_name_stands_above_data_that_the_fit_does_not_reach(spectrum):
    spectrum.draw(replace(VIEW, model=0.6 * HUMP, peaks=(Peak(2.0, 0.6, "NAA"),)))
    assert spectrum._names[0].pos().y() == 1.0


def test_a_spectrum_that_has_become_narrow_is_numbered_anew(qtbot, theme):
    """F3 at 1024 x 600: "4.03.53.02.5" in one another, until it was drawn again."""
    panel = shown(qtbot, SpectrumPanel(), theme, 900)
    panel.draw(VIEW)
    close = len(panel._ticks[0])
    panel.resize(300, panel.height())
    qtbot.waitUntil(lambda: len(panel._ticks[0]) < close)
    letters = QFontMetricsF(theme.font(PLOT_TEXT))
    places = [at for at, _ in panel._ticks[0]]
    apart = (places[0] - places[1]) * panel.size_px()[0] / (LEFT_PPM - RIGHT_PPM)
    assert apart >= letters.horizontalAdvance("4.0")
