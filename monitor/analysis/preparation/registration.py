"""Frequency and phase of one transient against a template: spectral registration.

After Near et al. (Magn Reson Med 2015, 73:44) and Wilson (RATS, Magn Reson Med 2019,
81:2878).  The model of a transient in a band of its spectrum is

    S = a exp(i phi) [ M + V L z ] moved by nu + W c + noise,    z ~ N(0, 1),

with the columns of `template.py`: M the template, W residual water, V L the directions
in which the shape is known to vary (`variation.py`).  A coarse search takes the maximum
of the cross-correlation of transient and template over a range of nu; then Gauss-Newton
on [ M, iM, D, B, W, iW, V L ], the *transient* being moved back at each step, so that
the pseudo-inverse is made once and a step costs one FFT.  Amplitude and broadening are
at right angles to phase and frequency: freeing them costs no precision and makes line
narrowing harmless.

The wide design, with the template's own water, is tried first.  Where the water has
another shape the narrow one is taken; where the lipids do not fit, their rows are left
out.
"""

from __future__ import annotations

import cmath
import math
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from monitor.analysis.preparation.coarse import coarse_search
from monitor.analysis.preparation.glance import Glance, glance_of
from monitor.analysis.preparation.template import Model
from monitor.analysis.preparation.variation import Variation
from monitor.analysis.preparation.water_position import Sighting, sighting_of
from monitor.analysis.signal import spectrum
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import Complex, Real

ITERATIONS = 8
WIDE_SHARE = 0.75
WATER_PPM = (4.25, 5.05)


@dataclass(slots=True)
class Shape:
    """How the shape varies, as either design sees it, and whether to try the wide one.

    Where the first transients have had water of another shape too often, the narrow
    design is taken for all: two rulers in one session would differ a little.
    """

    wide: Variation
    narrow: Variation
    try_wide: bool = True

    @staticmethod
    def fixed(parts: int = 10) -> Shape:
        """Nothing is known to vary."""
        return Shape(Variation.empty(parts), Variation.empty(parts))

    def settled_on(self, found: list[Registration]) -> Shape:
        """An empty one that takes the design that most of these transients took."""
        wide = np.mean([one.wide for one in found]) >= WIDE_SHARE
        return replace(Shape.fixed(), try_wide=bool(wide))

    def push(self, found: Registration) -> None:
        """Learn from a transient that counts."""
        (self.wide if found.wide else self.narrow).push(found.departure)


@dataclass(frozen=True, slots=True)
class Registration:
    """Where one transient lies against the template.

    Attributes
    ----------
    shift_hz, shift_sd_hz : its lines lie that much higher in ppm than the template's
    phase_rad, phase_sd_rad : it is turned by that against the template, -pi ... pi
    amplitude : signal against the template's
    amplitude_sd : 1 SD of it
    broadening_hz : additional Lorentzian width against the template's lines
    broadening_sd_hz : 1 SD of it
    misfit, lipid, water : power of the residual over that of the noise, 1.8-4.2 ppm,
        0.6-1.75 ppm and around the water (wide design alone, else 1); 1 where the
        template explains all
    water_height : largest magnitude of the transient's spectrum, 4.25-5.05 ppm
    noise_sd : SD of the real part of the spectrum's noise
    departure : (10,) whitened coefficients of the parts: its own shape
    wide : which design was taken
    converged : the last step was below 0.01 Hz
    sighting : its residual water against its metabolites (wide design alone)
    """

    shift_hz: float
    shift_sd_hz: float
    phase_rad: float
    phase_sd_rad: float
    amplitude: float
    amplitude_sd: float
    broadening_hz: float
    broadening_sd_hz: float
    misfit: float
    lipid: float
    water: float
    water_height: float
    noise_sd: float
    departure: Real
    wide: bool
    converged: bool
    sighting: Sighting | None = None


def register(
    fid: Complex,
    model: Model,
    axis: Axis,
    noise_sd: float,
    near_hz: float = 0.0,
    shape: Shape | None = None,
    seen: Glance | None = None,
    held: tuple[float, float] | None = None,
) -> Registration:
    """Register one transient (points,).

    Parameters
    ----------
    noise_sd : of the real part of one point of the FID
    near_hz : middle of the coarse search, e.g. the last good shift
    shape : how the shape varies; None: not at all
    seen : what the transient shows, where it was looked at
    held : shift, Hz, and phase, rad, that are taken as they are; None: both are found
    """
    shape = shape or Shape.fixed()
    seen = glance_of(fid, axis) if seen is None else seen
    height = float(np.abs(seen.spectrum[axis.band(*WATER_PPM)]).max())
    start = held or coarse_search(seen, model, axis, near_hz)
    steps = 0 if held else ITERATIONS
    fine = partial(_fine, fid, model, axis, noise_sd, height, start, shape, steps)
    wide = shape.try_wide
    found = fine(wide=wide, lipid=True)
    if wide and found.water > model.wide.water.limit:
        wide = False
        found = fine(wide=False, lipid=True)
    if found.lipid < model.narrow.lipids.limit:
        return found
    return replace(fine(wide=wide, lipid=False), lipid=found.lipid)


def _fine(
    fid: Complex,
    model: Model,
    axis: Axis,
    noise_sd: float,
    water_height: float,
    start: tuple[float, float],
    shape: Shape,
    steps: int,
    *,
    wide: bool,
    lipid: bool,
) -> Registration:
    """Gauss-Newton, of so many steps at most, from a start of shift and phase."""
    design = model.wide if wide else model.narrow
    variation = shape.wide if wide else shape.narrow
    sd = noise_sd * axis.points**0.5
    solver = design.solver(variation.loadings(), water_height, sd, lipid)
    shift, phase = start
    converged = False
    for step in range(steps + 1):
        back = spectrum.moved(fid, axis.dwell_time_s, -shift, -phase)
        p = solver.parameters(back)
        _, turned, moved, *_, amplitude = p.tolist()
        if converged or step == steps:
            break
        a = max(abs(amplitude), abs(turned), 1e-300)
        d_shift = min(max(moved / a, -3.0), 3.0)
        shift, phase = shift + d_shift, phase + math.atan2(turned, amplitude)
        converged = abs(d_shift) < 0.01 and abs(turned) < 0.01 * amplitude
    lines = axis.lines(back, design.band)
    y = np.concatenate((lines.real, lines.imag))
    # Broadening is part of the model here: what it explains is not a misfit.
    rest = (y - (solver.columns @ p[:-1]) @ solver.rows) / sd
    misfit, lipids, water = design.misfits(rest * rest)
    sds = [one * sd for one in solver.sds]
    # A transient without the template in it has no shift: its SD says so.
    a = max(amplitude, 1e-3 * sds[0])
    seen = a > 0
    if not seen:  # nor is there anything in the template: any shift is as good
        a, sds[1:] = 1.0, [math.inf] * 3
    return Registration(
        shift_hz=shift,
        shift_sd_hz=sds[2] / a,
        phase_rad=cmath.phase(cmath.rect(1.0, phase)),
        phase_sd_rad=sds[1] / a,
        amplitude=amplitude,
        amplitude_sd=sds[0],
        broadening_hz=float(p[3] / a),
        broadening_sd_hz=sds[3] / a,
        misfit=misfit,
        lipid=lipids,
        water=water if wide else 1.0,
        water_height=water_height,
        noise_sd=sd,
        departure=design.departures @ y / sd,
        wide=wide,
        converged=converged,
        sighting=sighting_of(p, solver.covariance * sd**2, a)
        if wide and seen and steps
        else None,
    )
