"""Has anything moved between two series?  Decided from the transients themselves.

The last transients before a pause are compared with the first ones after it, all of
them combined with the coil weights and registered against the template of those before:

    frequency   their shift: further off than FREQUENCY_PPM another slice is excited
    line        its width, as the registration has it, and its shape: with m the
                template a transient is taken as

                    m + [ a + 2 pi i d t - pi w t + (pi g t)^2 - i (pi k t)^3 ] m

                in the bands of the singlets, each on a flat baseline of its own; a is
                complex, and how far (w, g^2, k^3) have gone is chi-square of 3
    gain        the noise of single transients, and their signal
    coils       the share of the signal in which the sensitivities differ

A difference counts where noise does not bring it (LEVEL) and a head that lies still
does not either (the constants below; `tests/acceptance/pieces.md`).  Where noise alone
could hide a width of LARGEST_WIDTH_HZ nothing is said to have stayed as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.preparation.coils import sensitivities
from monitor.analysis.preparation.combination import EARLY, Combination
from monitor.analysis.preparation.quality import COUNTING_WEIGHT
from monitor.analysis.signal import spectrum
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.noise import Coils
from monitor.analysis.signal.spectrum import Complex, Real

TRIAL = 64
"""Transients after the pause that are looked at: of 32, more shims are not seen."""
MEMORY = 128
"""Transients before it."""
LEAST = 8
"""Fewer on either side say nothing."""
LEVEL = 3.2
"""In SD: by noise alone once in 700 pauses."""
SHAPE_LIMIT = 12.0
"""Of chi-square of 3, which a head that lies still exceeds more often than noise."""
FREQUENCY_PPM = 0.1
WIDTH_WANDER_HZ = 0.1
"""BOLD narrows lines by 0.2 to 0.3 Hz as an infusion begins: that is no shim.  With
0.06 one pause in thirty was taken for one; no shim is seen by its width alone."""
LARGEST_WIDTH_HZ = 0.6
NOISE_PERCENT = 5.0
SIGNAL_PERCENT = 6.0
COILS_SHARE = 0.005
SINGLETS_PPM = ((1.90, 2.12), (2.94, 3.12), (3.13, 3.30))
TAPER_S = 0.12
SHAPE = slice(3, 6)
"""Places of w, g^2 and k^3 among what is fitted."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One transient of a stretch.

    Attributes
    ----------
    aligned : (points,) combined, moved into the template's frame
    shift_hz, broadening_hz, amplitude, noise_sd : from its registration
    weight : 0 ... 1
    """

    aligned: Complex
    shift_hz: float
    broadening_hz: float
    amplitude: float
    noise_sd: float
    weight: float


@dataclass(frozen=True, slots=True)
class Difference:
    """How far two stretches are apart, after minus before.

    Attributes
    ----------
    shift_hz : of the lines
    width_hz, width_sd_hz : of the lines, 1 SD from their scatter; inf: too few
    shape : chi-square of 3
    noise_percent, signal_percent : of single transients
    coils_share : of the signal, beyond noise
    """

    shift_hz: float
    width_hz: float
    width_sd_hz: float
    shape: float
    noise_percent: float
    signal_percent: float
    coils_share: float

    def moved(self, axis: Axis) -> tuple[str, ...]:
        """What has moved, a clause each; empty: nothing has."""
        said = {
            "the frequency has moved": abs(self.shift_hz)
            > FREQUENCY_PPM * axis.frequency_mhz,
            "the line has changed": self._width_z > LEVEL or self.shape > SHAPE_LIMIT,
            "the receiver's gain has changed": abs(self.noise_percent) > NOISE_PERCENT,
            "the signal has changed": abs(self.signal_percent) > SIGNAL_PERCENT,
            "the coils see it otherwise": self.elsewhere,
            "there is too little signal to tell": not LEVEL * self.width_sd_hz
            < LARGEST_WIDTH_HZ,
        }
        return tuple(what for what, moved in said.items() if moved)

    @property
    def elsewhere(self) -> bool:
        """Whether the coils see another place."""
        return self.coils_share > COILS_SHARE

    @property
    def _width_z(self) -> float:
        return abs(self.width_hz) / float(np.hypot(self.width_sd_hz, WIDTH_WANDER_HZ))


def difference(
    before: Sequence[Seen],
    after: Sequence[Seen],
    template: Complex,
    axis: Axis,
    coils_share: float,
) -> Difference:
    """Compare two stretches; each needs `LEAST` transients that count.

    `template` (points,) is what they were registered against; `coils_share` is taken
    over.
    """
    one, other = _counting(before), _counting(after)
    if len(other) < len(after) / 2:  # all of them are unlike those before
        other = list(after)
    if min(len(one), len(other)) < LEAST:
        return Difference(0.0, 0.0, np.inf, 0.0, 0.0, 0.0, coils_share)
    width_hz, width_sd_hz = _width(one, other)
    return Difference(
        _median(other, "shift_hz") - _median(one[-LEAST:], "shift_hz"),
        width_hz,
        width_sd_hz,
        _shape(one, other, template, axis),
        100 * (_median(other, "noise_sd") / _median(one, "noise_sd") - 1),
        100 * (_median(other, "amplitude") / _median(one, "amplitude") - 1),
        coils_share,
    )


def coils_share(combination: Combination, fids: Sequence[Coils]) -> float:
    """Share of the signal in which transients (coils, points) differ from an epoch's.

    Its sensitivities are compared with theirs, the noise white; what two halves of them
    differ by themselves is taken off.  0 where coils are not combined.
    """
    held, psi = combination.sensitivities, combination.noise_covariance
    if held is None or len(fids) < 2:
        return 0.0
    early = max(64, combination.axis.points // EARLY)
    parts = [fid[:, :early] for fid in fids]
    found = [
        sensitivities(np.concatenate(some, axis=1), psi)
        for some in (parts, parts[::2], parts[1::2])
    ]
    return _apart(held, found[0], psi) - _apart(found[1], found[2], psi)


def _apart(one: Complex, other: Complex, psi: Complex) -> float:
    """1 - |correlation|^2 of two sensitivities (coils,) in white noise."""
    alive = (one != 0) & (other != 0)
    root = np.linalg.cholesky(psi[np.ix_(alive, alive)])
    a, b = np.linalg.solve(root, np.stack([one[alive], other[alive]], axis=1)).T
    power = float(np.vdot(a, a).real * np.vdot(b, b).real)
    return 1 - float(abs(np.vdot(a, b))) ** 2 / power


def _counting(seen: Sequence[Seen]) -> list[Seen]:
    return [one for one in seen if one.weight >= COUNTING_WEIGHT]


def _median(seen: Sequence[Seen], what: str) -> float:
    return float(np.median([getattr(one, what) for one in seen]))


def _width(one: Sequence[Seen], other: Sequence[Seen]) -> tuple[float, float]:
    """How much wider the other's lines are, Hz, and 1 SD."""
    means, variance = [], 0.0
    for stretch in (one, other):
        own = np.array([[seen.broadening_hz] for seen in stretch])
        own = own[_near(own)]
        means.append(float(own.mean()))
        variance += float(own.var(ddof=1)) / len(own)
    return means[1] - means[0], float(np.sqrt(variance))


def _shape(
    one: Sequence[Seen], other: Sequence[Seen], template: Complex, axis: Axis
) -> float:
    """Chi-square of 3: how far the line's shape has gone.

    Each transient's own (w, g^2, k^3) tell how their means scatter, whatever does it.
    The columns alone are tapered: with transients tapered, too, 5 of 105 shims are not
    seen instead of 3.  The price is that, where hardly any noise is, a change of size
    by a tenth counts as one of shape.
    """
    X = _columns(template * np.exp(-((axis.t / TAPER_S) ** 2)), axis)
    ruler = np.linalg.solve(X.T @ X, X.T)[SHAPE]
    means, covariance = [], np.zeros((3, 3))
    for stretch in (one, other):
        own = np.stack([ruler @ _bands(s.aligned - template, axis) for s in stretch])
        own = own[_near(own)]
        means.append(own.mean(axis=0))
        covariance += np.cov(own.T) / len(own)
    apart = means[1] - means[0]
    return float(apart @ np.linalg.solve(covariance, apart))


def _near(rows: Real) -> NDArray[np.bool_]:
    """Which rows (n, m) lie within 5 robust SD of the middle, in every column."""
    off = np.abs(rows - np.median(rows, axis=0))
    return np.asarray(np.all(off <= 5 * 1.4826 * np.median(off, axis=0), axis=1))


def _columns(m: Complex, axis: Axis) -> Real:
    """Columns: size, phase, shift, w, g^2, k^3, then the baselines."""
    t = axis.t
    moves = np.stack(
        [
            m,
            1j * m,
            2j * np.pi * t * m,
            -np.pi * t * m,
            (np.pi * t) ** 2 * m,
            -1j * (np.pi * t) ** 3 * m,
        ]
    )
    flat = np.zeros((2 * len(SINGLETS_PPM), axis.points), complex)
    for k, (low, high) in enumerate(SINGLETS_PPM):
        flat[2 * k, axis.band(low, high)] = 1.0
        flat[2 * k + 1, axis.band(low, high)] = 1j
    spectra = spectrum.spectrum_of(moves)
    return np.stack([_of_bands(row, axis) for row in (*spectra, *flat)], axis=1)


def _bands(fid: Complex, axis: Axis) -> Real:
    """Spectrum of a FID in the singlets' bands, real beside imaginary."""
    return _of_bands(spectrum.spectrum_of(fid), axis)


def _of_bands(lines: Complex, axis: Axis) -> Real:
    kept = np.concatenate([lines[axis.band(*band)] for band in SINGLETS_PPM])
    return np.concatenate([kept.real, kept.imag])
