"""What the windows of an epoch share, as `make_epoch_model` finds it on the mean."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.basis import names as naming
from monitor.analysis.fit.fit import Fit
from monitor.analysis.fit.model import Model
from monitor.analysis.fit.problem import Problem, evaluate, target
from monitor.analysis.fit.sidebands import Swing, turned_back
from monitor.analysis.fit.subspace import Subspace, make_subspace
from monitor.analysis.fit.water_filter import WaterFilter
from monitor.analysis.fit.window import Average
from monitor.analysis.preparation.line_offset import moved_by
from monitor.analysis.signal.spectrum import Complex, Real

Fids = NDArray[np.complexfloating]
UNTOLD_STIFFNESS = 0.3
DEPARTURE_STIFFNESS = 1.0
"""Of an epoch's baseline from that of another: some 9 degrees of freedom at 3 T."""
REFERENCES = ("tNAA", "tCr")
LEFT_WITHOUT = 0.025
"""Part of a spectrum beyond noise and baseline that its fit leaves over: 0.053 without
Cr and PCr, 0.16 without NAA and NAAG, 0.015 and less without any other metabolite."""


@dataclass(frozen=True)
class SessionModel:
    """Everything that the windows of an epoch share.

    Attributes
    ----------
    water : takes the residual water off; None where nothing is to be taken off
    subspace : projected columns, for spectra with `baseline` taken off
    fit, problem : the cold fit of the mean
    baseline : (K,) the mean's baseline as it stands in the spectra (unphased)
    offset : (K,) baseline and residual of the mean, likewise: what every window has
        and no amplitude explains
    common : (M, M) covariance of the amplitudes due to what is held
    naa_fwhm_hz, naa_height : of the fitted tNAA line of the mean
    fwhm_slopes : change of that width with the Lorentzian and the Gaussian width, Hz
        for Hz, near 1
    mean : which transients it was made of; None where that does not matter
    offset_hz : the lines lie so much too high in ppm; they are moved before the fit.
        0 within what the fit itself reaches
    swings : of the phase of all FIDs, undone before the fit
    doubt : part (M, M) of the amplitudes' covariance that comes from macromolecules
        that nobody measured; 0 where they are known
    left_over : what that covariance has beyond bound and misfit, since what the mean's
        fit leaves over is as broad as lines; the same error in every window
    stiffness : of the windows' departures, as the mean and its windows ask for it; the
        subspace has a smaller one where the baseline bends
    """

    water: WaterFilter | None
    subspace: Subspace
    fit: Fit
    problem: Problem
    baseline: Complex
    offset: Complex
    common: Real
    naa_fwhm_hz: float
    naa_height: float
    fwhm_slopes: tuple[float, float]
    mean: Average | None = None
    offset_hz: float = 0.0
    swings: tuple[Swing, ...] = ()
    doubt: Real = field(default_factory=lambda: np.zeros((0, 0)))
    left_over: Real | float = 0.0
    stiffness: float = UNTOLD_STIFFNESS

    @cached_property
    def shown_without(self) -> tuple[str, ...]:
        """Sums that the basis set lacks and the mean's spectrum shows, in words.

        Every brain has tNAA and tCr.  Where one is lacking and more is left over than
        without any other metabolite, its lines are there and others stand in for it.
        """
        absent = naming.absent(REFERENCES, self.fit.names)
        if not absent or not np.isfinite(self.fit.cost):
            return ()
        y = target(self.problem)
        residual = evaluate(self.problem, y, self.fit.theta).residual
        left = float(residual @ residual) - y.size
        shown = max(float(y @ y) - y.size, 1.0)
        return absent if left > LEFT_WITHOUT * shown else ()

    @property
    def found(self) -> bool:
        """Whether the mean has a fit: only then do its windows measure anything."""
        return self.fit.converged and not self.shown_without

    @property
    def level_covariance(self) -> Real:
        """Of the amplitudes of the mean, (M, M), all doubts included."""
        return self.fit.covariance * max(self.fit.misfit, 1.0) + self.left_over

    @property
    def scaling_doubt(self) -> Real:
        """Doubt (M, M) of the level that percents of it have in proportion."""
        return self.doubt + self.left_over

    @property
    def shared_covariance(self) -> Real:
        """Part (M, M) of the amplitudes' that is one error in all windows."""
        return self.common + self.left_over

    @property
    def lines_offset_ppm(self) -> float:
        """How much too high the lines lie; nan where none of tNAA is found."""
        if not np.isfinite(self.naa_fwhm_hz):
            return float("nan")
        return (self.offset_hz + self.fit.shift_hz) / self.problem.model.frequency_mhz

    @cached_property
    def asked(self) -> Subspace:
        """The subspace as stiff as the mean and its windows ask, bending or not."""
        return self._as_stiff_as(self.stiffness)

    @cached_property
    def free(self) -> Subspace:
        """The subspace with a baseline as free as another epoch's."""
        return self._as_stiff_as(DEPARTURE_STIFFNESS)

    def _as_stiff_as(self, stiffness: float) -> Subspace:
        held = self.subspace.problem
        if held.stiffness == stiffness:
            return self.subspace
        held = replace(held, stiffness=stiffness)
        return make_subspace(held, self.fit, self.subspace.line, self.subspace.mean)

    def wider_hz(self, width_hz: float, gauss_hz: float) -> float:
        """How much wider a line is whose Lorentzian and Gaussian part are so."""
        return self.fwhm_slopes[0] * width_hz + self.fwhm_slopes[1] * gauss_hz

    def spectra(self, fids: Fids) -> Complex:
        """Band spectra (..., K) of FIDs (..., points), the water taken off."""
        return self.wide_spectra(fids)[..., self.problem.model.inner]

    def wide_spectra(self, fids: Fids) -> Complex:
        """The same over the wide band, (..., W)."""
        return band_spectra(
            self.problem.model.wide, self._wide_water, self.placed(fids)
        )

    @cached_property
    def _wide_water(self) -> WaterFilter | None:
        return over_wide_band(self.water, self.problem.model)

    def placed(self, fids: Fids) -> Complex:
        """FIDs (..., points) with their lines where those of the basis set are."""
        placed = moved_by(fids, self.problem.model.dwell_time_s, -self.offset_hz)
        return placed if self._steadying is None else placed * self._steadying

    @cached_property
    def _steadying(self) -> Complex | None:
        """Factor (points,) that undoes the swings of the phase; None without any."""
        return turned_back(self.swings) if self.swings else None

    def projected(self, fids: Fids) -> Complex:
        """FIDs (n, points) of transients or averages, ready for `warm_fits`."""
        return self.projected_in(self.subspace, fids)

    @property
    def projected_mean(self) -> Complex:
        """The same of the mean that the model was made of, (r + q,)."""
        return self.subspace.with_signal(self.subspace.mean, self.offset)

    def projected_in(self, subspace: Subspace, fids: Fids) -> Complex:
        """The same for another subspace of this model."""
        return subspace.with_signal(self.wide_spectra(fids), self.offset)


def over_wide_band(water: WaterFilter | None, model: Model) -> WaterFilter | None:
    """What the same water adds to the wide band."""
    return None if water is None else replace(water, fitted=model.wide.band)


def band_spectra(model: Model, water: WaterFilter | None, fids: Fids) -> Complex:
    """Band spectra (..., K) of FIDs (..., points), the water taken off."""
    spectra = model.full_spectra(np.asarray(fids, complex))
    band = spectra[..., model.band]
    return band if water is None else band - water.leak(spectra)
