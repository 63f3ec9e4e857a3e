"""The spectrum of the newest window: data over fit, residual above, difference below.

Everything is divided by one fixed height, that of the reference period's tallest line
(of the first window before there is one): an axis that followed each update would hide
a change of amplitude; only lines above `MOST` are lowered, clear of the residual.  The
residual keeps that scale, lifted to a zero line of its own; the difference from the
reference period is enlarged four times, for 8 % of Glu is a fiftieth of NAA, or less
where it would leave its place, as with the other line width of a re-shim.  The dashed
curve is the baseline with the macromolecules.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.basis.names import macromolecules, members
from monitor.analysis.fit.curves import Curve, Curves
from monitor.screen.graphs import Component, Line, SpectrumView
from monitor.screen.parts.peaks import axis_offset, peaks

LEFT_PPM, RIGHT_PPM = 4.2, 0.5
RESIDUAL_ZERO = 1.4
MOST = 1.1
TOP = 1.52
FIRST = -0.22
ENLARGED = (4, 2, 1)
ROOM = 0.3  # for the difference, to either side
DIFFERENCE = -0.32  # its zero line
BELOW = -0.66  # the first component where there is a difference
BASELINE = "baseline"
LABEL_LIFT = 0.03
FOOT = 0.08
STEP = 0.24  # from one component to the next below it

OUTCOME_PPM = ((2.06, 2.60), (3.64, 3.86))
"""Where Glu and Gln have their lines: left out where the protocol hides the outcome."""
OTHERS_PPM = {
    "tNAA": ((1.90, 2.06), (2.60, 2.75)),
    "tCr": ((2.95, 3.10), (3.86, 4.00)),
    "tCho": ((3.10, 3.32),),
    "mI": ((3.40, 3.64), (4.00, 4.12)),
    "GABA": ((1.80, 2.00), (2.95, 3.10)),
    "GSH": ((2.85, 3.00),),
    "Lac": ((1.20, 1.45),),
}
"""Likewise, where the outcome is of another kind."""

GROUPS = ("Glu", "Gln", "tNAA", "tCr", "tCho", "mI")


@dataclass(frozen=True, slots=True)
class Group:
    """Basis names that are drawn as one curve."""

    name: str
    members: tuple[str, ...]


def groups_of(names: tuple[str, ...]) -> tuple[Group, ...]:
    """The groups whose members are in the basis set."""
    found = [Group(title, members(title, names)) for title in GROUPS]
    return tuple(group for group in found if group.members)


def height_of(curves: Curves) -> float:
    """Height that a spectrum is drawn to: the tallest line's, spectrum units."""
    return curves.tallest_line or 1.0


def spectrum_view(
    curves: Curves,
    mean: Curves | None,
    height: float,
    caption: str,
    hidden: frozenset[str] = frozenset(),
    outcome: str = "",
    placed_by: Curves | None = None,
) -> SpectrumView:
    """View of one window's curves beside the `mean` of the reference period.

    NAA of the curves says where the axis lies; `placed_by` others where in these it may
    be anything.  `hidden` names groups that stay unseen.  Where any are, the lines of
    the `outcome` are left out of all curves, and there is no difference, which would
    tell the change.
    """
    ppm = np.asarray(curves.ppm, np.float64)
    ppm = ppm + axis_offset(placed_by or curves)
    height = max(height, height_of(curves) / MOST)
    shown = (ppm >= RIGHT_PPM) & (ppm <= LEFT_PPM)
    if hidden:
        shown &= ~telling(ppm, outcome)
    at = np.flatnonzero(shown)

    def scaled(curve: Curve) -> Line:
        return np.asarray(curve[shown], np.float64) / height

    model = np.asarray(curves.model, np.float64) / height
    compared = None if mean is None or hidden else mean
    first = FIRST if compared is None else BELOW
    components = _components(curves, scaled, hidden, first)
    lowest = min((c.offset for c in components), default=first)
    difference, difference_fit = (
        _difference(curves, compared, what)[shown] / height
        for what in ("data", "model")
    )
    enlarged = _enlargement(difference_fit)
    return SpectrumView(
        ppm=ppm[shown],
        measured=scaled(curves.data),
        model=scaled(curves.model),
        baseline=scaled(_broad(curves)),
        residual=scaled(curves.residual) + RESIDUAL_ZERO,
        residual_zero=RESIDUAL_ZERO,
        components=components,
        labels=_labels(curves, height, components, enlarged if compared else 0),
        peaks=peaks(ppm, model, tuple(curves.components), shown, hidden),
        difference=enlarged * difference + DIFFERENCE if compared else np.zeros(0),
        difference_fit=(
            enlarged * difference_fit + DIFFERENCE if compared else np.zeros(0)
        ),
        difference_zero=DIFFERENCE,
        low=lowest - FOOT,
        high=TOP,
        caption=caption,
        connect=np.append(np.diff(at) == 1, True) if len(at) else np.zeros(0, bool),
    )


def _difference(curves: Curves, mean: Curves | None, what: str) -> Line:
    """Curve less that of the reference period on the same axis."""
    own = np.asarray(getattr(curves, what), np.float64)
    if mean is None:
        return np.zeros_like(own)
    before = np.interp(curves.ppm, mean.ppm, getattr(mean, what))
    return np.asarray(own - before, np.float64)


def _enlargement(difference: Line) -> int:
    """How many times a difference is enlarged, so that it stays in its place."""
    most = float(np.max(np.abs(difference), initial=0.0))
    return next((by for by in ENLARGED if by * most <= ROOM), ENLARGED[-1])


def telling(ppm: Curve | Line, outcome: str = "") -> NDArray[np.bool_]:
    """Where on a ppm axis (n,) lines of the outcome would be seen.

    Of a ratio these are the lines of its numerator.
    """
    found = np.zeros(len(ppm), bool)
    others = OTHERS_PPM.get(outcome.partition("/")[0], ())
    for low, high in (*OUTCOME_PPM, *others):
        found |= (ppm >= low) & (ppm <= high)
    return found


def fitting(view: SpectrumView, least_share: float) -> SpectrumView:
    """The view with so few components that their names stand clear of one another.

    `least_share` is the height of a line of text over that of the whole plot.
    """
    kept = list(view.components)
    low = view.low
    least = 0 if len(view.difference) else 1
    while len(kept) > least and STEP / (view.high - low) < least_share:
        kept.pop()
        low = (kept[-1].offset if kept else view.difference_zero - STEP) - FOOT
    names = {component.name for component in view.components[len(kept) :]}
    if STEP / (view.high - low) < least_share:
        names.add(BASELINE)
    if not names:
        return view
    labels = tuple(label for label in view.labels if label[1] not in names)
    return replace(view, components=tuple(kept), labels=labels, low=low)


def _broad(curves: Curves) -> Curve:
    """Baseline and macromolecules together."""
    broad = [curves.components[name] for name in macromolecules(curves.components)]
    total: Curve = np.sum([curves.baseline, *broad], axis=0)
    return total


def _labels(
    curves: Curves, height: float, components: tuple[Component, ...], enlarged: int
) -> tuple[tuple[float, str], ...]:
    """Names at the right edge, that of the baseline clear of what is below.

    `enlarged` is how many times the difference is; 0: there is none.
    """
    right = int(np.argmin(np.abs(curves.ppm - RIGHT_PPM)))
    baseline = float(_broad(curves)[right]) / height
    named = [(c.offset + LABEL_LIFT, c.name) for c in components]
    if enlarged:
        named.insert(0, (DIFFERENCE, f"diff. ×{enlarged}"))
    lowest = named[0][0] + STEP if named else baseline
    baseline = min(max(baseline, lowest), RESIDUAL_ZERO - STEP)
    return *named, (baseline, BASELINE), (RESIDUAL_ZERO, "residual")


def _components(
    curves: Curves,
    scaled: Callable[[Curve], Line],
    hidden: frozenset[str],
    first: float,
) -> tuple[Component, ...]:
    shown: list[Component] = []
    for group in groups_of(tuple(curves.components)):
        if group.name in hidden:
            continue
        total = np.sum([curves.components[n] for n in group.members], axis=0)
        offset = first - STEP * len(shown)
        curve = scaled(total) + offset
        shown.append(Component(group.name, offset, curve, group.name == "Glu"))
    return tuple(shown)
