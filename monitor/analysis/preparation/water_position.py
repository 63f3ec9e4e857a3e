"""Where one transient's residual water lies against its metabolites.

The wide design of the registration (`template.py`) holds the template's own water w and
its derivative to frequency with free complex amplitudes,

    water = c w + d dw/dnu,    c, d complex,

so that the water's own shift and phase, against those of the metabolites, are

    delta = ( Re(d / c), arg c ).

The same normal equations give the covariance of delta and that of the metabolites'
shift and phase m, noise alone.  m has been moved to zero: if m is in error by e, delta
is in error by e the other way, which is what makes water a navigator (`navigator.py`).
"""

from __future__ import annotations

import cmath
from dataclasses import dataclass

import numpy as np

from monitor.analysis.signal.spectrum import Real

FAINTEST_RAD = 0.25
"""Water whose phase is not known to 14 degrees tells nothing."""

BASE = 8
"""Parameters that count: amplitude, phase, shift, broadening, Re c, Re d, Im c, Im d.
"""


@dataclass(frozen=True, slots=True)
class Sighting:
    """The water of one transient.

    Attributes
    ----------
    difference : (2,) its shift, Hz, and phase, rad, against the metabolites'
    noise : (2, 2) covariance of that, noise alone
    own : (2, 2) covariance of the metabolites' shift and phase, noise alone
    shared : (2, 2) minus the covariance of their errors with that of the difference
    """

    difference: Real
    noise: Real
    own: Real
    shared: Real


def sighting_of(p: Real, covariance: Real, amplitude: float) -> Sighting | None:
    """What the parameters p (n,) say of the water; None where it is too faint.

    Parameters
    ----------
    covariance : (n, n) of the parameters; further ones do not count
    amplitude : of the metabolites, above zero
    """
    c, d = complex(p[4], p[6]), complex(p[5], p[7])
    if c == 0:
        return None
    g = d / c
    by_re_c, by_im_c, by_re_d, by_im_d = -g / c, -1j * g / c, 1 / c, 1j / c
    turn_by_re_c, turn_by_im_c = (1 / c).imag, (1j / c).imag
    to_both = np.array(
        [
            [0, 0, 1 / amplitude, 0, 0, 0, 0, 0],
            [0, 1 / amplitude, 0, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, by_re_c.real, by_re_d.real, by_im_c.real, by_im_d.real],
            [0, 0, 0, 0, turn_by_re_c, 0, turn_by_im_c, 0],
        ]
    )
    both = to_both @ covariance[:BASE, :BASE] @ to_both.T
    own, cross, water = both[:2, :2], both[:2, 2:], both[2:, 2:]
    noise = own + water - cross - cross.T
    if not noise[1, 1] < FAINTEST_RAD**2:
        return None
    return Sighting(np.array([g.real, cmath.phase(c)]), noise, own, own - cross)
