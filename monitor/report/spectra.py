"""What other programs need: the signals as NIfTI-MRS, and the basis set as fitted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.course.curves import average_spectrum
from monitor.analysis.fit.lineshape import decay
from monitor.analysis.fit.model import Model
from monitor.analysis.signal.spectrum import fid_of
from monitor.basis.files import write_basis
from monitor.run.result import Result
from streams.errors import InputError
from streams.export.nifti_mrs import ProcessingStep, write_nifti_mrs
from streams.messages.transient import Acquisition

AVERAGES, BASIS = "averages.nii.gz", "fitted_basis.BASIS"
BASIS_WIDTH_HZ = 1.0
"""Lorentzian width of the basis set that others get: undamped FIDs would be cut off."""

COMBINED = ProcessingStep(
    "RF coil combination", "generalised least squares, noise whitened"
)
EDDY = ProcessingStep("Eddy current correction", "Klose, smoothed water phase")
ALIGNED = ProcessingStep(
    "Frequency and phase correction", "registration to a running template"
)
AVERAGED = ProcessingStep("Signal averaging", "weighted mean of each window")
NO_WATER = ProcessingStep("Nuisance peak removal", "residual water, held subspace")


def write_spectra(result: Result, out: Path) -> None:
    """Write `transients.nii.gz`, `averages.nii.gz` and the basis set into a folder.

    Transients are combined, corrected and aligned, not weighted.  Averages are one per
    window, in the order of `estimates.csv`, with the residual water taken off as it was
    for the fit.  The basis set has the macromolecules that were fitted, and a line of
    `BASIS_WIDTH_HZ`.
    """
    acquisition = result.acquisition
    if acquisition is None:
        raise InputError("There is no start message: no spectra can be written.")
    single = replace(acquisition, coils=1)
    steps = _steps(result)
    course = result.course
    write_nifti_mrs(
        out / "transients.nii.gz",
        np.stack(course.fids, axis=1),
        single,
        times_s=course.times_s.tolist(),
        provenance=steps,
    )
    if not course.fitted:
        return
    last = course.grids[max(course.grids)]  # the last epoch's
    write_basis(damped_basis(last, single), out / BASIS)
    averages = [fid_of(average_spectrum(course, f)) for f in course.fitted]
    middle = [
        0.5 * float(course.times_s[w.first] + course.times_s[w.stop - 1])
        for w in (f.average.window for f in course.fitted)
    ]
    removal = [NO_WATER] if result.settings.water_removal else []
    write_nifti_mrs(
        out / AVERAGES,
        np.stack(averages, axis=1).astype(np.complex64),
        single,
        times_s=middle,
        provenance=[*steps, AVERAGED, *removal],
    )


def damped_basis(model: Model, acquisition: Acquisition) -> BasisSet:
    """The basis set of a model with a line of `BASIS_WIDTH_HZ`."""
    return BasisSet(
        names=model.names,
        fids=model.fids * decay(model.t, 0.0, BASIS_WIDTH_HZ, 0.0),
        dwell_time_s=model.dwell_time_s,
        spectrometer_frequency_mhz=model.frequency_mhz,
        nucleus=acquisition.nucleus,
        echo_time_s=acquisition.echo_time_s,
        sequence=acquisition.sequence,
        source="as fitted by mrs-monitor",
    )


def _steps(result: Result) -> list[ProcessingStep]:
    settings, acquisition = result.settings, result.acquisition
    several = acquisition is not None and acquisition.coils > 1
    steps = [COMBINED] if settings.coil_combine and several else []
    steps += [EDDY] if result.eddy_corrected else []
    return steps + ([ALIGNED] if settings.align else [])
