"""Measured macromolecules as an entry of a basis set, and what to say of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from monitor.analysis.basis import names as naming
from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.basis.mm_relaxation import inversion_gain
from monitor.analysis.fit.mm_limits import NOISY_PERCENT, is_far
from monitor.analysis.fit.mm_measured import MeasuredMM
from monitor.analysis.fit.mm_prior import Gain
from monitor.analysis.fit.mm_residues import OTHERS
from monitor.analysis.fit.model_for import per_proton
from monitor.analysis.signal.spectrum import Complex
from streams.messages.transient import Acquisition

NAME = "MM"
NOTHING_SEEN_PERCENT = 100.0  # noise as high as the highest point of what was found


def own_macromolecules(basis: BasisSet) -> list[str]:
    """Entries that measured macromolecules take the place of."""
    return [name for name in basis.names if naming.is_macromolecule(name)]


def metabolites_left(basis: BasisSet, acquisition: Acquisition) -> dict[str, Complex]:
    """FIDs of `OTHERS` that there are, in protons, on the acquisition's grid."""
    found = [name for name in OTHERS if naming.find(name, basis.names) is not None]
    if not found:
        return {}
    there = basis.subset(found).resampled(
        acquisition.dwell_time_s,
        acquisition.points,
        acquisition.spectrometer_frequency_mhz,
    )
    return dict(zip(found, there.fids / per_proton(basis), strict=True))


def gain_of(acquisition: Acquisition, usual_tr_s: float | None) -> Gain | None:
    """What takes the inversion's weighting off; None where TI or TR is not known.

    `usual_tr_s`: TR of the scan without inversion; None: that of this one.
    """
    ti_s, tr_s = acquisition.inversion_time_s, acquisition.repetition_time_s
    if ti_s is None or tr_s is None:
        return None
    return partial(inversion_gain, ti_s=ti_s, tr_s=tr_s, usual_tr_s=usual_tr_s or tr_s)


def weighting_said(acquisition: Acquisition) -> str:
    """What became of the T1 weighting of the inversion, a sentence."""
    if gain_of(acquisition, None) is None:
        return (
            "It is not corrected for the T1 weighting of the inversion, since its TI "
            "or TR is not known."
        )
    return (
        "It is corrected for the T1 weighting of the inversion "
        f"(TI {1e3 * (acquisition.inversion_time_s or 0):g} ms, published T1 of each "
        "group)."
    )


def with_entry(
    basis: BasisSet, found: MeasuredMM, told: str, gain: Gain | None
) -> BasisSet:
    """The basis set with measured macromolecules in the place of its own.

    `told` goes into its provenance, in words.
    """
    entry = per_proton(basis) * found.fid(
        basis.spectrometer_frequency_mhz,
        basis.dwell_time_s,
        basis.points,
        gain or np.ones_like,
    )
    made = basis.without(own_macromolecules(basis)).extended((NAME,), entry[None])
    return replace(made, provenance={**basis.provenance, "macromolecules": told})


def doubts(found: MeasuredMM, what: str) -> Iterator[str]:
    """What speaks against a measurement, a sentence each."""
    if is_far(found.prior_rms, found.beyond_percent):
        yield (
            f"{what} is unlike macromolecules of the human brain "
            f"({found.prior_rms:.1f} SD, {found.beyond_percent:.0f} % beyond): check "
            "that metabolites were nulled, and look at the picture."
        )
    if found.noise_percent > NOISY_PERCENT:
        yield (
            f"Its noise is {found.noise_percent:.0f} % of its highest point: measure "
            "longer, or leave the macromolecules unmeasured."
        )
