"""A second opinion without a fit: where on the ppm axis the spectra follow a course."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.analysis.glm.spectral_map import (
    GLUTAMATE_PPM,
    START,
    TRACKER,
    SpectralMap,
    clearest,
    sentence,
)
from monitor.screen.graphs import Line
from monitor.screen.parts.spectrum import LEFT_PPM, RIGHT_PPM
from monitor.screen.view import View

COURSES = {START: "a step at the start", TRACKER: "the tracker's course"}
ROOM = 1.15
LINES_PPM = GLUTAMATE_PPM
"""Where glutamate's and glutamine's lines are, from low to high."""


@dataclass(frozen=True, slots=True, eq=False)
class OpinionView:
    """T against ppm, (n,) each, its threshold, and what it says.

    `reach`: the axis runs from minus to plus this.
    """

    title: str
    said: str
    ppm: Line
    t: Line
    threshold: float
    reach: float


def opinion_of(maps: Sequence[SpectralMap], view: View) -> OpinionView | None:
    """The map of the plasma curve that is shown, else that which says most."""
    chosen = next((one for one in maps if one.course == view.plasma), clearest(maps))
    return None if chosen is None else drawn(chosen)


def drawn(one: SpectralMap) -> OpinionView:
    """A map as it is drawn."""
    course = COURSES.get(one.course, f"the plasma curve of {one.course}")
    shown = (one.ppm >= RIGHT_PPM) & (one.ppm <= LEFT_PPM)
    t = one.t[shown]
    reach = ROOM * max(one.threshold, float(np.abs(t).max(initial=0.0)))
    title = f"Second opinion without a fit: spectra against {course} (t)"
    return OpinionView(title, sentence(one), one.ppm[shown], t, one.threshold, reach)
