"""What a session's report puts on paper, in which order, without drawing it."""

from types import SimpleNamespace

import pytest

from monitor.report import session_paper
from monitor.report.figures import Shape
from monitor.report.paper import CAPTION
from monitor.report.session_paper import (
    HEADING,
    HEIGHTS,
    _answers,
    _detectable,
    _figure,
    _flow,
    _known_change,
    _line_width,
    _measures,
    _under,
)


class Page:
    """Notes what is put on it; so much is left, inches."""

    def __init__(self, left: float = 0.0) -> None:
        self.left, self.put = left, []
        self.drawn: list = []

    def heading(self, text: str, size: float = 11.0, keep: float = 0.9) -> None:
        self.put.append(text)

    def paragraph(self, text: str, weight: str = "normal") -> None: ...

    def table(self, header, rows, shares, marked=None) -> None:
        self.put.append((tuple(header), [tuple(row) for row in rows], tuple(shares)))

    def figure(self, height: float, into) -> None:
        self.put.append(height)
        self.drawn.append(into)


@pytest.fixture
def flowing(monkeypatch):
    """Puts figures and short sections, of a height, onto a page with some room."""

    def flow(left: float, height: float, names=("trend", "spectra")) -> list:
        page = Page(left)
        short = [lambda paper, judged, n=n: paper.put.append(n) for n in (1, 2)]
        monkeypatch.setattr(session_paper, "figure_names", lambda *_: names)
        monkeypatch.setattr(session_paper, "height_of", lambda section, judged: height)

        def figure(paper, judged, name: str) -> None:
            paper.put.append(name)
            paper.left = 0.0

        monkeypatch.setattr(session_paper, "_figure", figure)
        judged = SimpleNamespace(drawn=None, report={"outcome_hidden": False})
        _flow(page, judged, short)
        return page.put

    return flow


def test_short_sections_go_before_a_figure_that_needs_a_page(flowing) -> None:
    needed = HEADING + HEIGHTS["trend"] + CAPTION
    assert flowing(0.99 * needed, 0.5) == [1, 2, "trend", "spectra"]
    assert flowing(needed, 0.5) == ["trend", "spectra", 1, 2]
    assert flowing(0.4, 0.5) == ["trend", "spectra", 1, 2]
    assert flowing(0.5, 0.5) == [1, 2, "trend", "spectra"]
    assert flowing(0.0, 0.0) == ["trend", "spectra", 1, 2]
    assert flowing(0.5, 0.5, ()) == [1, 2]


def judged(**report: object) -> SimpleNamespace:
    return SimpleNamespace(report=report)


def test_what_a_session_does_not_have_is_not_on_paper() -> None:
    page = Page()
    _measures(page, {})
    _answers(page, {"answers": []})
    _detectable(page, judged())
    _detectable(page, judged(detectable={"windows": {}}))
    _line_width(page, judged(line_width=None))
    _known_change(page, judged())
    assert page.put == []
    assert _under({"value": float("nan")}) == ""


def test_the_detectable_change_by_length_and_of_all(monkeypatch) -> None:
    monkeypatch.setattr(session_paper.wording, "detectable_sentence", lambda r: "")
    page = Page()
    detectable = {
        "outcome": "Glu", "windows": {"16": 9.0, "32": 7.0}, "infusion_percent": 3.0,
    }  # fmt: skip
    _detectable(page, judged(detectable=detectable))
    header, (row,), shares = page.put[1]
    assert header == ("Transients in a window", "16", "32", "whole infusion")
    assert len(row) == len(shares) == 4
    assert sum(shares) == pytest.approx(1.0)


def test_measures_share_the_width(monkeypatch) -> None:
    measure = {"value": 5.0, "sd": 1.0, "low": 3.0, "high": 7.0, "unit": "%"}
    monkeypatch.setattr(
        session_paper.wording, "measure_table",
        lambda measures: (("", "a", "b"), [("Glu", measure, measure)]),
    )  # fmt: skip
    page = Page()
    _measures(page, {"measures": [1]})
    _, ((name, first, _),), shares = page.put[1]
    assert name == "Glu"
    assert "\n" in first
    assert sum(shares) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("name", "behind"),
    [
        ("trend", ["measures", "answers"]), ("models", ["models"]), ("spectra", []),
    ],
)  # fmt: skip
def test_tables_follow_their_figure(monkeypatch, name, behind) -> None:
    put: list[str] = []
    for section in ("measures", "answers", "models"):
        monkeypatch.setattr(
            session_paper, f"_{section}", lambda paper, report, s=section: put.append(s)
        )
    page = Page()
    _figure(page, SimpleNamespace(report={}, drawn=None), name)
    assert put == behind
    assert page.put[1] == HEIGHTS[name]


@pytest.mark.parametrize("name", ["traces", "trend"])
def test_figures_below_each_other_share_their_axis(monkeypatch, name) -> None:
    labelled: list[int] = []
    axes = [SimpleNamespace(set_xlabel=lambda text, n=n: labelled.append(n)) for n in
            range(3)]  # fmt: skip
    shared: list = []
    places: dict[str, float] = {}

    def gridspec(rows, columns, **given):
        places.update(given)

        def subplots(squeeze, sharex):
            shared.append(sharex)
            return SimpleNamespace(ravel=lambda: axes)

        return SimpleNamespace(subplots=subplots)

    shape = Shape(lambda drawn, axes: None, "", 1.0, rows=3)
    monkeypatch.setitem(session_paper.SHAPES, name, shape)
    for section in ("_measures", "_answers"):
        monkeypatch.setattr(session_paper, section, lambda *_: None)
    page = Page()
    _figure(page, SimpleNamespace(report={}, drawn=None), name)
    page.drawn[0](SimpleNamespace(add_gridspec=gridspec), (0.1, 0.2, 0.8, 0.5))
    assert shared == [name == "traces"]
    assert labelled == ([0, 1] if name == "traces" else [])
    assert 0.1 < places["left"] < places["right"] <= 0.9
    assert 0.2 < places["bottom"] < places["top"] < 0.7
