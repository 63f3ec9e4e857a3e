"""The second opinion in the report: drawn where there is one, left out where not."""

from types import SimpleNamespace

import numpy as np

from monitor.analysis.glm.spectral_map import map_of
from monitor.protocol.settings import Settings
from monitor.report.figures import figure_names, svg_of

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
    assert svg.count("The change sits at 2.35 ppm: glutamate&#x27;s lines.") == 1
    assert "without a fit (t). The change sits at 2.35 ppm" in svg


def test_it_is_left_out_where_hidden_or_absent():
    without = SimpleNamespace(
        spectral_maps=(), course=None, models=(), settings=Settings()
    )
    assert "opinion" in figure_names(DRAWN, False)
    assert "opinion" not in figure_names(DRAWN, True)
    assert "opinion" not in figure_names(without, False)
