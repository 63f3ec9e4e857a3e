"""What a difference between two spectra is made of.

Data differ by what the fits say of each part, and by their residuals.  Each part's
share is the RMS of its difference over that of the data between 1.8 and 4.2 ppm.  Parts
that cancel one another have shares that add up to more than the whole.
"""

from __future__ import annotations

import numpy as np

from monitor.analysis.basis.names import macromolecules
from monitor.analysis.fit.curves import Curves
from monitor.screen.graphs import Line
from monitor.screen.parts.spectrum import groups_of
from monitor.screen.sheets.compare_windows import FIT_PPM, Figure

MOST = 4
LEAST_PERCENT = 5.0


def sources(this: Curves | None, before: Curves | None) -> tuple[Figure, ...]:
    """The largest parts of the difference, in percent of it; nothing without both."""
    if this is None or before is None or len(this.ppm) != len(before.ppm):
        return ()
    inside = (this.ppm >= FIT_PPM[0]) & (this.ppm <= FIT_PPM[1])
    whole = _rms(np.asarray(this.data - before.data, np.float64)[inside])
    if not whole > 0:
        return ()
    parts = {
        name: 100 * _rms(one[inside]) / whole for name, one in _parts(this, before)
    }
    largest = sorted(parts.items(), key=lambda part: -part[1])[:MOST]
    return tuple(
        Figure(f"diff.: {name}", "", f"{share:.0f} %")
        for name, share in largest
        if share >= LEAST_PERCENT
    )


def _parts(this: Curves, before: Curves) -> list[tuple[str, Line]]:
    names = tuple(n for n in this.components if n in before.components)
    broad = set(macromolecules(names))
    groups = [(g.name, g.members) for g in groups_of(names)]
    named = {n for _, own in groups for n in own} | broad
    groups.append(("others", tuple(n for n in names if n not in named)))

    def moved(own: tuple[str, ...]) -> Line:
        each = [this.components[n] - before.components[n] for n in own]
        return np.sum(each, axis=0, dtype=float) if each else np.zeros(len(this.ppm))

    baseline = np.asarray(this.baseline - before.baseline, float)
    return [
        *((name, moved(own)) for name, own in groups),
        ("baseline", baseline + moved(tuple(sorted(broad)))),
        ("not fitted", np.asarray(this.residual - before.residual, float)),
    ]


def _rms(values: Line) -> float:
    return float(np.sqrt(np.mean(values**2))) if len(values) else 0.0
