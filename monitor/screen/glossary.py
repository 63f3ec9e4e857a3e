"""What the words of the page mean, told where the pointer rests."""

from __future__ import annotations

HEADLINE = (
    "The change of the outcome from the reference period (the time before the "
    "infusion), with its 95 % interval.\nTracker: an estimate that every transient so "
    "far goes into; a window is the mean of some transients alone.\nBelow it: whether "
    "anything has changed since the infusion began, which may be looked at as often as "
    "one likes."
)
TREND = (
    "Strong line and band: the tracker, with 95 %. Points: windows that share no "
    "transient.\nShaded: the reference period. A break: an epoch begins (a re-shim, a "
    "new series); its level may be another.\nDrag moves in time, the wheel zooms, a "
    "click shows the window (F3)."
)
SPECTRUM = (
    "The newest window: data over fit, what is left of the data above (residual), the "
    "broad signal dashed (baseline), the difference from before the infusion below."
)
WATERFALL = "Every transient as a column of this picture, in the course of time."
QUALITY = (
    "One figure each in the course of time; lines: the protocol's limits. Dots: water "
    "references. Dotted: the golden session, where there is one."
)
