"""What an inversion leaves of macromolecules, group by group, and of metabolites.

With an inversion TI before the excitation, every TR, a line of T1 has

    1 - 2 exp(-TI / T1) + exp(-TR / T1)      instead of      1 - exp(-TR / T1).

T1 of the groups: means of grey and white matter, Hoefemann et al. (NMR Biomed
2020;33:e4328) in the consensus (Cudalbu et al., NMR Biomed 2021;34:e4393), as passed on
with the relaxation-corrected model of Wright et al. (Magn Reson Med 2022;87:33-49).
The two tissues differ by up to 30 %; the table stands for every field.  The level of
all together is free in a fit: only what differs between groups matters.
"""

from __future__ import annotations

import numpy as np

from monitor.analysis.signal.spectrum import Real
from streams.messages.transient import Acquisition

T1_PPM = (0.92, 1.21, 1.39, 1.67, 2.04, 2.26, 2.70, 2.99, 3.21, 3.75)
T1_S = (0.287, 0.295, 0.290, 0.239, 0.283, 0.288, 0.392, 0.459, 0.390, 0.417)
USUAL_T1_S = 0.3
METABOLITE_T1_S = 1.35
"""Of most metabolites, grey matter, 3 T (Mlynarik et al., NMR Biomed 2001;14:325)."""
LEAST_KEPT = 0.3
"""A group of which less is left is corrected as if this were."""
NULLED_PART = 0.4
"""Metabolites are nulled where less of this is left of them than of macromolecules."""
LONG_TR_S = 5.0  # where nobody says how long it is


def weight(t1_s: Real, ti_s: float, tr_s: float) -> Real:
    """Longitudinal magnetisation of lines after an inversion, of 1 at rest."""
    return np.asarray(1 - 2 * np.exp(-ti_s / t1_s) + np.exp(-tr_s / t1_s), float)


def inversion_gain(ppm: Real, ti_s: float, tr_s: float, usual_tr_s: float) -> Real:
    """Factor (k,) on macromolecules at `ppm` that takes the weighting off.

    Parameters
    ----------
    ti_s, tr_s : of the scan with the inversion
    usual_tr_s : TR of the scan without it, whose weighting they get
    """
    return _gain(np.interp(ppm, T1_PPM, T1_S), ti_s, tr_s, usual_tr_s)


def gain_change(
    ppm: Real, part: float, ti_s: float, tr_s: float, usual_tr_s: float
) -> float:
    """How much larger the gain at one `ppm` (1,) is for a T1 longer by a part of it."""
    t1_s = np.interp(ppm, T1_PPM, T1_S)
    usual = _gain(t1_s, ti_s, tr_s, usual_tr_s)
    longer = _gain((1 + part) * t1_s, ti_s, tr_s, usual_tr_s)
    return float(longer[0] / usual[0] - 1)


def _gain(t1_s: Real, ti_s: float, tr_s: float, usual_tr_s: float) -> Real:
    kept = np.maximum(weight(t1_s, ti_s, tr_s), LEAST_KEPT)
    return np.asarray(-np.expm1(-usual_tr_s / t1_s) / kept, float)


def parts_left(acquisition: Acquisition) -> tuple[float, float] | None:
    """What an inversion leaves of macromolecules and of metabolites; None without."""
    ti_s = acquisition.inversion_time_s
    if ti_s is None:
        return None
    tr_s = acquisition.repetition_time_s or LONG_TR_S
    broad, narrow = weight(np.array([USUAL_T1_S, METABOLITE_T1_S]), ti_s, tr_s)
    return float(broad), float(narrow)


def is_nulled(acquisition: Acquisition) -> bool:
    """Whether a series has an inversion that leaves macromolecules alone."""
    left = parts_left(acquisition)
    return left is not None and left[0] > 0 and abs(left[1]) < NULLED_PART * left[0]


def nulling_time_s(tr_s: float | None) -> float:
    """TI that nulls metabolites at a TR, s: T1 log(2 / (1 + exp(-TR / T1)))."""
    recovered = np.exp(-(tr_s or LONG_TR_S) / METABOLITE_T1_S)
    return float(METABOLITE_T1_S * np.log(2 / (1 + recovered)))
