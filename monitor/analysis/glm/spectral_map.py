"""Where on the ppm axis a course is followed: t, its threshold, and the places.

The threshold holds for all points of the band together: with R resels (the band over
the width of the smoothing kernel) and nu degrees of freedom the chance that |t| of pure
noise is above u anywhere is at most

    2 [ P(T > u) + R sqrt(4 ln 2) / (2 pi) (1 + u^2 / nu)^(-(nu - 1) / 2) ]

(Worsley 1996), and at most 2 K P(T > u) for K points; the lower u of the two is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, pi, sqrt

import numpy as np

from monitor.analysis.glm.singlets import at_singlets
from monitor.analysis.signal.spectrum import Real

START, TRACKER = "start", "tracker"
"""Courses: a step at the start of the infusion, and what the tracker says."""
ALPHA = 0.01
"""Of each course: the five that are asked have less than 0.05 together."""
GLUTAMATE_PPM = ((2.06, 2.60), (3.64, 3.86))
"""Where glutamate and glutamine have lines, as wide as a line is."""
APART_PPM = 0.15
"""Two places that are nearer to each other are one."""
MOST_PLACES = 4
LEAST_T, MOST_T = 0.1, 1e3
"""Between these the threshold is looked for."""


@dataclass(frozen=True, slots=True, eq=False)
class SpectralMap:
    """What the spectra themselves say of one course.

    Attributes
    ----------
    course : "start", "tracker" or the name of a plasma model
    ppm, t : (K,) ascending, and t of the course at each point
    threshold : of |t|, for the whole band
    places_ppm : where |t| has its highest points above the threshold, highest first
    """

    course: str
    ppm: Real
    t: Real
    threshold: float
    places_ppm: tuple[float, ...]

    @property
    def at_glutamate(self) -> tuple[float, ...]:
        """Places among the lines of glutamate and glutamine, falling in ppm."""
        return tuple(sorted((p for p in self.places_ppm if _near(p)), reverse=True))

    @property
    def elsewhere(self) -> tuple[float, ...]:
        """Places where they have no lines, falling in ppm."""
        return tuple(sorted((p for p in self.places_ppm if not _near(p)), reverse=True))


def clearest(maps: Sequence[SpectralMap]) -> SpectralMap | None:
    """The map that stands furthest above its threshold; None without any."""
    return max(maps, key=lambda m: np.abs(m.t).max() / m.threshold, default=None)


def map_of(
    course: str, ppm: Real, t: Real, degrees: int, resels: float, alpha: float = ALPHA
) -> SpectralMap:
    """The map of a course from its t (K,)."""
    threshold = threshold_of(ppm.size, degrees, resels, alpha)
    return SpectralMap(course, ppm, t, threshold, _places(ppm, np.abs(t), threshold))


def threshold_of(points: int, degrees: int, resels: float, alpha: float) -> float:
    """U of the module docstring."""
    from scipy import special  # wanted here only: a window draws maps without it

    nu = float(degrees)

    def beyond(u: float) -> float:
        field = resels * sqrt(4 * log(2)) / (2 * pi)
        smooth = field * (1 + u**2 / nu) ** (-(nu - 1) / 2)
        tail = float(special.stdtr(nu, -u))
        return float(2 * min(tail + smooth, points * tail) - alpha)

    # Halved here: `scipy.optimize` takes a tenth of a second of every start.
    low, high = LEAST_T, MOST_T
    while high - low > 1e-12 * high:
        middle = 0.5 * (low + high)
        low, high = (middle, high) if beyond(middle) > 0 else (low, middle)
    return 0.5 * (low + high)


def _near(ppm: float) -> bool:
    return any(low <= ppm <= high for low, high in GLUTAMATE_PPM)


def _places(ppm: Real, size: Real, threshold: float) -> tuple[float, ...]:
    """Highest points above a threshold, each with its neighbourhood to itself.

    None at the singlets, by which the rest is judged: what moves under them shows there
    as well.
    """
    asked = (size > threshold) & ~at_singlets(ppm)
    left, found = np.where(asked, size, 0.0), list[float]()
    while left.any() and len(found) < MOST_PLACES:
        top = int(left.argmax())
        found.append(float(ppm[top]))
        left[np.abs(ppm - ppm[top]) < APART_PPM] = 0.0
    return tuple(found)


def sentence(found: SpectralMap) -> str:
    """What a map says, for screen and report."""
    own, other = found.at_glutamate, found.elsewhere
    if not own and not other:
        return "No place of the spectrum follows the course beyond chance."
    if not other:
        return f"The change sits at {_list_all(own)} ppm: glutamate's lines."
    look = f"at {_list_all(other)} ppm: look at lipid, baseline"
    if not own:
        return f"Not at glutamate's lines, but {look}."
    return f"The change sits at {_list_all(own)} ppm, but also {look}."


def _list_all(places: tuple[float, ...]) -> str:
    told = [f"{p:.2f}" for p in places]
    return " and ".join([", ".join(told[:-1]), told[-1]] if len(told) > 1 else told)
