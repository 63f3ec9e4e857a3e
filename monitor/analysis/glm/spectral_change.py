"""The general linear model of a session, kept in step with its course.

Each transient costs one transform; the regression is done anew with each block.  It is
asked for each course that an operator may look at: a step at the start of the infusion,
the tracker's course (as it stood before each block, so that a block's own noise is not
in what it is compared with), and published plasma curves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from monitor.analysis.course.course import Course
from monitor.analysis.fit.fitted_windows import mean_fid
from monitor.analysis.glm.nuisance import Steady, steady_of
from monitor.analysis.glm.regression import regression_of
from monitor.analysis.glm.spectral_block import SpectralBlock, SpectralBlocks
from monitor.analysis.glm.spectral_map import START, TRACKER, SpectralMap, map_of
from monitor.analysis.signal.spectrum import Complex, Real
from monitor.analysis.tracking.plasma import PLASMA, relative_plasma
from monitor.analysis.tracking.point import TrackerPoint
from monitor.analysis.tracking.transient_view import Observed

FOLLOWED = "Glu/tCr"
"""The tracked outcome whose course is compared with the spectra."""
TOGETHER = 64
"""Transients that are transformed at once: the spectra of all would be large."""
USUAL_LENGTH_S = 2400.0
"""Of an infusion whose stop is not known, for the plasma curves."""


@dataclass(slots=True)
class SpectralChange:
    """What follows the infusion in the spectra; one owner.

    What is begun anew is worked out when its maps are asked for: of a file that is only
    analysed nobody asks.
    """

    course: Course
    length_s: float | None = None
    marks_s: tuple[float, ...] = ()
    _maps: tuple[SpectralMap, ...] = ()
    _behind: tuple[Sequence[Observed], Sequence[TrackerPoint]] | None = None
    _blocks: SpectralBlocks = field(default_factory=SpectralBlocks)
    _steady: dict[int, Steady] = field(default_factory=dict)
    _last_percent: float = 0.0

    def redo(
        self,
        seen: Sequence[Observed],
        points: Sequence[TrackerPoint],
        marks_s: Sequence[float],
    ) -> None:
        """Begin anew with all transients that the tracker has seen."""
        self.marks_s, self._maps = tuple(sorted(marks_s)), ()
        self._blocks, self._steady = SpectralBlocks(), {}
        self._last_percent = 0.0
        self._behind = tuple(seen), tuple(points)

    @property
    def maps(self) -> tuple[SpectralMap, ...]:
        """What the spectra say of each course now."""
        self._catch_up()
        return self._maps

    def _catch_up(self) -> None:
        """Take in what was begun anew."""
        if self._behind is None:
            return
        (seen, points), self._behind, course = self._behind, None, self.course
        for epoch, session in course.sessions.items():
            own = [k for k, one in enumerate(seen) if one.epoch == epoch]
            if not own:
                continue
            for first in range(0, len(own), TOGETHER):
                some = own[first : first + TOGETHER]
                fids = np.stack([course.fids[seen[k].index] for k in some])
                spectra = session.spectra(fids)
                for k, spectrum in zip(some, spectra, strict=True):
                    self._add(seen[k], points[k], spectrum)
        self._ask()

    def push(self, one: Observed, point: TrackerPoint) -> tuple[SpectralMap, ...]:
        """Take in the newest transient; maps where it completes a block."""
        self._catch_up()
        session = self.course.sessions[one.epoch]
        spectrum = session.spectra(self.course.fids[one.index][None])[0]
        if not self._add(one, point, spectrum) or not one.infused:
            return ()
        self._ask()
        return self._maps

    def again(self, marks_s: Sequence[float]) -> None:
        """The same transients, where marks have come behind them."""
        self._catch_up()
        self.marks_s = tuple(sorted(marks_s))
        self._ask()

    def _add(self, one: Observed, point: TrackerPoint, spectrum: Complex) -> bool:
        completed = self._blocks.add(one, spectrum, self._last_percent)
        self._last_percent = point.filtered.get(FOLLOWED, self._last_percent)
        return completed

    def _ask(self) -> None:
        """Regress the blocks so far on each course."""
        blocks = [b for b in self._blocks.blocks if b.weight > 0]
        epochs = sorted({b.epoch for b in blocks})
        if not blocks or not any(b.part for b in blocks):
            return
        left = []
        for epoch in epochs:
            means = np.stack([b.mean for b in blocks if b.epoch == epoch])
            left.append(self._steady_of(epoch).left(means))
        y = np.concatenate(left)
        blocks.sort(key=lambda b: b.epoch)
        level = np.array([[float(b.epoch == e) for e in epochs] for b in blocks])
        weight = np.array([b.weight for b in blocks])
        session = self.course.sessions[epochs[0]]
        ppm, wide_hz = session.problem.model.ppm, session.naa_fwhm_hz
        band_hz = float(np.ptp(ppm)) * session.problem.model.frequency_mhz
        resels = band_hz / wide_hz if np.isfinite(wide_hz) else float(ppm.size)
        found = []
        for name, x in self._courses(blocks).items():
            fitted = regression_of(y, x, level, weight)
            if fitted is not None:
                found.append(map_of(name, ppm, fitted.t, fitted.degrees, resels))
        self._maps = tuple(found)

    def _courses(self, blocks: list[SpectralBlock]) -> dict[str, Real]:
        """Each course at the blocks, (n,)."""
        times_s = np.array([b.time_s for b in blocks])
        start_s = self.marks_s[0]
        later = self.marks_s[1:2] or (start_s + (self.length_s or USUAL_LENGTH_S),)
        plasma = {
            name: relative_plasma(name, times_s, (start_s, later[0])) for name in PLASMA
        }
        since = np.array([float(b.part > 0) for b in blocks])
        lagged = np.array([b.lagged_percent for b in blocks]) * since
        return {START: since, TRACKER: lagged, **plasma}

    def _steady_of(self, epoch: int) -> Steady:
        if epoch not in self._steady:
            session = self.course.sessions[epoch]
            if session.mean is None:
                raise RuntimeError("an epoch's model without its mean")
            mean = mean_fid(self.course.fids, session.mean)
            self._steady[epoch] = steady_of(session, mean)
        return self._steady[epoch]
