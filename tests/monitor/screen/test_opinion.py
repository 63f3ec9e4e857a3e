"""The second opinion on the screen: which course is shown, and never under the lock."""

import numpy as np

from monitor.analysis.glm.spectral_map import map_of
from monitor.analysis.update import Update
from monitor.protocol.settings import Settings
from monitor.screen.display import Display
from monitor.screen.parts.opinion import opinion_of
from monitor.screen.sheets.window import opinion_in
from monitor.screen.view import View

PPM = np.linspace(0.2, 4.2, 401)


def map_with(course: str, height: float, ppm: float = 2.35):
    t = height * np.exp(-0.5 * ((PPM - ppm) / 0.03) ** 2)
    return map_of(course, PPM, t, 40, 60.0)


MAPS = (map_with("start", 2.0), map_with("tracker", 9.0), map_with("Kamp", 6.0, 1.3))


def test_what_stands_out_most_is_shown_until_a_plasma_curve_is_chosen():
    shown = opinion_of(MAPS, View())
    assert shown.said == "The change sits at 2.35 ppm: glutamate's lines."
    assert "tracker's course" in shown.title
    chosen = opinion_of(MAPS, View(plasma="Kamp"))
    assert chosen.said.startswith("Not at glutamate's lines, but at 1.30 ppm")
    assert opinion_of((), View()) is None


def test_a_blinded_look_has_no_second_opinion():
    for hidden in (False, True):
        display = Display(Settings(outcome_hidden=hidden))
        display.fold(Update(1, 0, spectral_maps=MAPS), 1.0)
        assert (opinion_in(display.state, display.view) is None) is hidden
