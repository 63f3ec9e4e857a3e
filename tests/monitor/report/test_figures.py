"""What the figures of a report draw, from a session of a few lines."""

import math
from dataclasses import replace
from types import SimpleNamespace

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from monitor.analysis.fit.curves import Curves
from monitor.judge.figure_data import Drawn, Times
from monitor.protocol.settings import Settings
from monitor.report import course_figures, figures
from monitor.report.drawing import STYLE
from monitor.screen.parts.windows import Course

TIMES = Times(
    zero_s=60.0,
    reference_s=(0.0, 60.0),
    infusion_s=(60.0, 180.0),
    marks=((120.0, "re-shim"), (150.0, "note")),
)
PPM = np.linspace(0.0, 5.0, 501)
LINE = np.exp(-(((PPM - 2.0) / 0.05) ** 2))
CURVES = Curves(PPM, 4 * LINE + 1, 4 * LINE + 0.5, np.full(501, 0.5), 0 * PPM, {})
COLUMNS = {
    "time_s": np.array([0.0, 60.0, 120.0, 180.0]),
    "shift_hz": np.array([0.0, 0.5, -0.5, 40.0]),
    "phase_deg": np.array([0.0, 40.0, -20.0, 5.0]),
    "fwhm_hz": np.array([6.0, 7.0, 8.0, 99.0]),
    "snr": np.array([30.0, 40.0, 50.0, 1.0]),
    "weight": np.array([1.0, 1.0, 0.9, 0.0]),
}
COURSE = Course(
    np.array([60.0, 120.0, 90.0]),
    np.array([90.0, 150.0, 120.0]),
    np.array([2.0, -4.0, 1.0]),
    np.array([1.0, 2.0, 1.0]),
    np.array([1.0, 1.0, 0.0]),
    np.array([0.0, 1.0, 0.0]),
    np.array([16.0, 16.0, 16.0]),
)
DRAWN = Drawn(
    Settings(fwhm_limit_hz=12.0, snr_limit=20.0),
    TIMES,
    COLUMNS,
    np.array([[0.5, 9.0], [1.5, 6.0]]),
    COURSE,
    np.array([[0.0, 1.0, 0.5], [1.0, 2.0, 0.5]]),
    (),
    (),
    CURVES,
    replace(CURVES, data=2 * CURVES.data),
    PPM,
    np.arange(1503.0).reshape(3, 501),
    np.arange(1503.0).reshape(3, 501) + 1,
)


def axes(rows: int = 1, columns: int = 1):
    return list(Figure().subplots(rows, columns, squeeze=False).ravel())


def test_spectra_share_one_height_and_fall_from_left_to_right():
    before, during = axes(1, 2)
    figures.spectra(DRAWN, [before, during])
    assert before.get_xlim() == (4.2, 0.5)
    data, fit, baseline, residual, zero = (line.get_ydata() for line in before.lines)
    assert max(fit) == pytest.approx(4.5 / 4)
    assert max(data) == pytest.approx(5.0 / 4)
    assert set(baseline) == {0.125}
    assert set(residual) == {1.35} == set(zero)
    x = before.lines[0].get_xdata()
    assert (x.min(), x.max()) == (0.5, 4.2)
    assert max(during.lines[0].get_ydata()) == pytest.approx(10.0 / 4)
    alone, empty = axes(1, 2)
    figures.spectra(replace(DRAWN, during=None), [alone, empty])
    assert (alone.get_title("left"), empty.get_visible()) == ("mean", False)


def test_spectra_without_a_line_of_metabolites_stand_as_they_are():
    assert CURVES.tallest_line == pytest.approx(4.0)
    far = CURVES.baseline + 9 * np.exp(-(((PPM - 4.6) / 0.05) ** 2))
    none = replace(CURVES, model=far)
    assert none.tallest_line == 0.0
    broken = CURVES.model.copy()
    broken[PPM < 1.95] = np.nan
    assert replace(CURVES, model=broken).tallest_line == pytest.approx(4.0)
    before, during = axes(1, 2)
    figures.spectra(replace(DRAWN, before=none), [before, during])
    inside = (PPM >= 0.5) & (PPM <= 4.2)
    np.testing.assert_allclose(before.lines[1].get_ydata(), far[inside])


def test_waterfalls_have_the_minutes_of_the_run():
    both = axes(1, 2)
    figures.waterfalls(DRAWN, both)
    for ax, image in zip(both, (DRAWN.raw, DRAWN.aligned), strict=True):
        (shown,) = ax.images
        assert (shown.get_array() == image).all()
        assert shown.get_extent() == [0.0, 5.0, -1.0, 2.0]
        assert [line.get_ydata()[0] for line in ax.lines] == [1.0, 1.5]
        assert shown.get_clim()[0] < shown.get_clim()[1]
    one = dict(COLUMNS, time_s=np.array([60.0, 60.0]))
    short = axes(1, 2)
    figures.waterfalls(replace(DRAWN, columns=one), short)
    low, high = short[0].images[0].get_extent()[2:]
    assert high - low == pytest.approx(1 / 30)
    none = axes(1, 2)
    figures.waterfalls(replace(DRAWN, aligned=np.zeros((0, 501))), none)
    assert not none[0].images


def test_traces_keep_what_counts_inside_and_the_others_at_the_edge():
    five = axes(5, 1)
    figures.traces(DRAWN, five)
    shift, phase, width, snr, weight = five
    assert weight.get_ylim() == (-0.05, 1.08)
    low, high = shift.get_ylim()
    assert -1.01 <= low <= -1.0
    assert 1.0 <= high <= 1.01
    low, high = phase.get_ylim()
    assert (low, high) == pytest.approx((-20 - 3.6, 40 + 3.6))
    assert width.get_ylim() == pytest.approx((0.0, 12 + 0.72))
    assert snr.get_ylim() == pytest.approx((0.0, 50 + 3.0))
    crosses, below, above = shift.lines[-3:]
    dots = shift.patches[-1].get_path()
    assert dots.vertices[::2].tolist() == [[-1.0, 0.0], [0.0, 0.5], [1.0, -0.5]]
    lengths = dots.vertices[1::2] - dots.vertices[::2]
    assert (lengths[:, 0] > 0).all()  # what has no length at all is not drawn
    assert np.abs(lengths).max() < 0.001
    assert len(crosses.get_xdata()) == len(below.get_xdata()) == 0
    assert (above.get_xdata().tolist(), above.get_ydata().tolist()) == ([2.0], [1.0])
    points = [line for line in snr.lines if list(line.get_xdata()) == [2.0]]
    assert [line.get_marker() for line in points] == ["x"]
    limits = [line.get_ydata()[0] for line in snr.lines if line.get_linestyle() == "--"]
    assert limits == [20.0]
    assert width.lines[-1].get_ydata().tolist() == [9.0, 6.0]


def test_an_axis_without_values_or_spread_is_one_all_the_same():
    gone = dict(COLUMNS, shift_hz=np.full(4, math.nan))
    assert figures._axis_limits(replace(DRAWN, columns=gone), "shift_hz", None) == (
        0,
        1,
    )
    flat = dict(COLUMNS, snr=np.full(4, 0.0))
    low, high = figures._axis_limits(replace(DRAWN, columns=flat), "snr", math.nan)
    assert low < high
    light = dict(COLUMNS, weight=np.zeros(4))
    low, high = figures._axis_limits(replace(DRAWN, columns=light), "shift_hz", None)
    assert high > 40.0


def test_the_course_with_band_intervals_and_epochs():
    (ax,) = axes()
    course_figures.trend(DRAWN, [ax])
    lines = {line.get_label(): line for line in ax.lines}
    assert lines["tracker, smoothed"].get_xydata().tolist() == [[0, 1], [1, 2]]
    assert lines["sliding window"].get_xydata().tolist() == [[0.25, 2.0], [0.75, 1.0]]
    (bars,) = ax.containers
    assert bars[0].get_xydata().tolist() == [[0.25, 2.0], [1.25, -4.0]]
    spans = [segment[:, 1].tolist() for segment in bars[2][0].get_segments()]
    assert spans[1] == pytest.approx([-4 - 3.92, -4 + 3.92], abs=0.001)
    band = next(c for c in ax.collections if c.get_label() == "its 95 % band")
    box = band.get_paths()[0].get_extents()
    assert (box.y0, box.y1) == pytest.approx((1 - 0.98, 2 + 0.98), abs=0.001)


def test_periods_and_marks_of_the_time_axis():
    (ax,) = axes()
    course_figures.periods(DRAWN, ax)
    assert [text.get_text() for text in ax.texts] == [
        "reference",
        "infusion",
        " re-shim",
    ]
    assert [text.get_position()[0] for text in ax.texts] == [-1.0, 0.0, 1.0]
    spans = [patch.get_extents() for patch in ax.patches]
    assert len(spans) == 2
    assert ax.get_xlabel() == "minutes from infusion start"
    (bare,) = axes()
    none = replace(TIMES, reference_s=None, infusion_s=None, marks=())
    course_figures.periods(replace(DRAWN, times=none), bare, words=False)
    assert not bare.patches
    assert bare.get_xlabel() == "minutes from the first transient"


def fitted(name: str, parameters: tuple[float, ...] = (1.0,)) -> SimpleNamespace:
    fit = SimpleNamespace(
        model=name,
        parameters=parameters,
        time_s=np.array([60.0, 120.0]),
        changes={DRAWN.settings.outcome: np.array([0.0, 3.0])},
    )
    return SimpleNamespace(fit=fit, weight=0.5)


def test_which_figures_a_report_has():
    some = replace(DRAWN, models=(fitted("step"),), spectral_maps=(object(),))
    assert figures.figure_names(some, hidden=False) == tuple(figures.SHAPES)
    lacks = set(figures.SHAPES) - set(figures.figure_names(some, hidden=True))
    assert lacks == {"trend", "models", "opinion"}
    assert "models" not in figures.figure_names(DRAWN, hidden=False)
    assert "opinion" not in figures.figure_names(DRAWN, hidden=False)
    none = replace(some, course=None)
    assert "trend" not in figures.figure_names(none, hidden=False)
    constant = replace(some, models=(fitted("none", ()),))
    assert "models" not in figures.figure_names(constant, hidden=False)


def test_models_are_drawn_in_minutes():
    (ax,) = axes()
    course_figures.models(replace(DRAWN, models=(fitted("step"),)), [ax])
    line = next(x for x in ax.lines if x.get_label().startswith("step"))
    assert line.get_xydata().tolist() == [[0.0, 0.0], [1.0, 3.0]]
    assert line.get_label() == "step (50.0 %)"


@pytest.mark.parametrize("name", ["spectra", "traces", "waterfalls", "trend"])
def test_axes_and_their_words_stay_within_the_figure(name):
    with mpl.rc_context(STYLE):
        figure = figures.figure_of(name, DRAWN)
        figure.canvas.draw()
    boxes = [ax.get_position() for ax in figure.axes]
    for i, box in enumerate(boxes):
        assert 0 < box.x0 < box.x1 < 1
        assert 0 < box.y0 < box.y1 < 1
        for other in boxes[i + 1 :]:
            apart = box.x1 <= other.x0 or other.y1 <= box.y0
            assert apart
    whole = figure.bbox
    for ax in figure.axes:
        tight = ax.get_tightbbox()
        assert tight.x0 >= whole.x0 - 4
        assert tight.x1 <= whole.x1 + 4
        assert tight.y0 >= whole.y0 - 4
        assert tight.y1 <= whole.y1 + 4
    if name == "traces":
        assert [bool(ax.get_xlabel()) for ax in figure.axes] == [False] * 4 + [True]
