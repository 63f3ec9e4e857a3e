"""The second opinion in the report: drawn where there is one, left out where not."""

from types import SimpleNamespace

import numpy as np
from matplotlib.figure import Figure

from monitor.analysis.glm.spectral_map import map_of
from monitor.protocol.settings import Settings
from monitor.report.figures import figure_names, svg_of
from monitor.report.opinion_figure import LETTERS, opinion

PPM = np.linspace(0.2, 4.2, 401)
T = 9.0 * np.exp(-0.5 * ((PPM - 2.35) / 0.03) ** 2)
DRAWN = SimpleNamespace(
    spectral_maps=(map_of("start", PPM, T, 40, 60.0),),
    course=None,
    models=(),
    settings=Settings(),
)


def test_what_it_says_stands_in_the_figure_and_its_description():
    svg = svg_of("opinion", DRAWN)
    assert "without a fit" in svg
    assert svg.count("The change sits at 2.35 ppm: glutamate&#x27;s lines.") == 1


def test_a_long_sentence_goes_on_in_the_next_line():
    t = sum(9.0 * np.exp(-0.5 * ((PPM - at) / 0.03) ** 2) for at in (3.55, 2.35, 1.3))
    maps = (map_of("start", PPM, t, 40, 60.0),)
    title = drawn_on(maps).get_title(loc="left")
    assert title.count("\n") == 1
    assert max(map(len, title.split("\n"))) <= LETTERS


def drawn_on(maps):
    ax = Figure().subplots()
    opinion(SimpleNamespace(spectral_maps=maps), [ax])
    return ax


def test_it_is_left_out_where_hidden_or_absent():
    without = SimpleNamespace(
        spectral_maps=(), course=None, models=(), settings=Settings()
    )
    assert "opinion" in figure_names(DRAWN, False)
    assert "opinion" not in figure_names(DRAWN, True)
    assert "opinion" not in figure_names(without, False)
