"""What arrives from the scanner, compared with what the protocol expects.

From some transients of a phantom: the announced acquisition, how many came and when,
and what is in the FIDs.  The strongest line's place and width are those of the power
spectrum summed over coils, so that no coil combination is needed.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.basis.mm_relaxation import (
    is_nulled,
    nulling_time_s,
    parts_left,
)
from monitor.analysis.preparation.measures import saturated
from monitor.analysis.signal import spectrum
from monitor.preflight.arrived import Arrived
from monitor.preflight.machine import CheckResult, CheckState, ok
from monitor.protocol.expectations import Expectation, expectations
from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.scanner_names import described
from streams.messages.transient import (
    REFERENCE_PPM,
    Acquisition,
    Transient,
)
from streams.sources.checks.conjugation import ConjugationCheck

TIME_TOLERANCE = 0.01
DEAD_COIL = 1e-3  # of the coils' median amplitude
LEAST_DECAY = 2.0  # amplitude of the first eighth of the FID over that of the last
LEAST_SNR = 10.0  # of the strongest line's magnitude over the median of the spectrum
APODISATION_HZ = 2.0  # line broadening


def checks(
    arrivals: Arrived, settings: Settings | None, wanted: int
) -> Iterator[CheckResult]:
    """Every check that what collect allows."""
    for trouble in arrivals.troubles[:5]:
        yield CheckResult("stream", CheckState.WRONG, f"{trouble.kind}: {trouble.text}")
    if arrivals.start is None or not arrivals.transients:
        text = "no metabolite transient arrived"
        remedy = "start the phantom series, and see that it is sent here"
        yield CheckResult("stream", CheckState.WRONG, text, remedy)
        return
    acquisition = arrivals.start.acquisition
    if settings is not None:
        yield from compare_with_protocol(acquisition, settings)
        yield from _basis(acquisition, settings)
    yield from inversion(acquisition)
    yield count(arrivals.transients, wanted)
    yield pace(arrivals.transients, acquisition)
    yield coils(arrivals.transients)
    yield level(arrivals.transients)
    yield decay(arrivals.transients)
    yield line(arrivals.transients, acquisition)
    yield conjugation(arrivals.transients, acquisition)


SHOWN = {
    "frequency": ("frequency", 1.0, "MHz"),
    "echo time": ("echo time", 1e3, "ms"),
    "repetition time": ("TR", 1e3, "ms"),
}
"""By quantity: the check's name, and its unit beside MHz or s."""


def compare_with_protocol(
    acquisition: Acquisition, settings: Settings
) -> Iterator[CheckResult]:
    """The announced acquisition beside the protocol's expectations."""
    for one in expectations(acquisition, settings):
        if one.quantity in SHOWN:
            yield _compare(one)
        elif one.quantity == "nucleus" and not one.met:
            text = f"{one.actual}, the protocol expects {one.wanted}"
            yield CheckResult("nucleus", CheckState.WRONG, text, "correct the scanner")
        elif one.quantity == "sequence" and not one.met:
            text = f"{described(str(one.actual))}, the protocol is for {one.wanted}"
            remedy = "see that it is the right one"
            yield CheckResult("sequence", CheckState.LOOK, text, remedy)


def _compare(one: Expectation) -> CheckResult:
    """A quantity with a unit."""
    name, scale, unit = SHOWN[one.quantity]
    wanted = f"{scale * float(one.wanted):g} {unit}"
    if one.actual is None:
        return CheckResult(name, CheckState.LOOK, f"not announced; {wanted} meant")
    actual = f"{scale * float(one.actual):g} {unit}"
    if one.met:
        return ok(name, actual)
    text = f"{actual}, the protocol expects {wanted}"
    return CheckResult(
        name, CheckState.WRONG, text, "correct the scanner, or the protocol"
    )


def inversion(acquisition: Acquisition) -> Iterator[CheckResult]:
    """Whether the inversion time of a series leaves macromolecules alone."""
    left, ti_s = parts_left(acquisition), acquisition.inversion_time_s
    if left is None or ti_s is None:
        return
    broad, narrow = (100 * part for part in left)
    text = (
        f"TI {1e3 * ti_s:g} ms leaves {broad:.0f} % of macromolecules, {narrow:+.0f} % "
        "of metabolites"
    )
    if is_nulled(acquisition):
        yield ok("inversion", text)
        return
    wanted_ms = 1e3 * nulling_time_s(acquisition.repetition_time_s)
    remedy = f"to measure macromolecules, a TI near {wanted_ms:.0f} ms at this TR"
    yield CheckResult("inversion", CheckState.LOOK, text, remedy)


def _basis(acquisition: Acquisition, settings: Settings) -> Iterator[CheckResult]:
    from monitor.analysis.basis.check import checked_for
    from monitor.basis.files import load_basis

    try:
        _, notes = checked_for(load_basis(settings.basis), acquisition)
    except InputError as error:
        yield CheckResult("basis set", CheckState.WRONG, str(error))
        return
    if not notes:
        yield ok("basis set", "goes with what arrives")
    for note in notes:
        yield CheckResult("basis set", CheckState.LOOK, note)


def count(transients: list[Transient], wanted: int) -> CheckResult:
    """Whether all came, by the scanner's counter."""
    came = len(transients)
    missing = transients[-1].count - transients[0].count + 1 - came
    if missing > 0:
        text = f"{missing} are missing among {came} by the scanner's counter"
        return CheckResult("transients", CheckState.WRONG, text, "check the network")
    if came < wanted:
        text = f"{came} of {wanted} came"
        return CheckResult(
            "transients", CheckState.LOOK, text, "let the series run longer"
        )
    return ok("transients", f"{came} came, none is missing")


def pace(transients: list[Transient], acquisition: Acquisition) -> CheckResult:
    """Whether scanner times advance by TR."""
    steps = np.diff([t.time_s for t in transients])
    tr_s = acquisition.repetition_time_s
    if not steps.size or tr_s is None:
        return CheckResult(
            "times", CheckState.LOOK, "no two transients, or no TR, to tell by"
        )
    usual = float(np.median(steps))
    text = f"every {usual:.3f} s, TR {tr_s:.3f} s"
    if abs(usual / tr_s - 1) > TIME_TOLERANCE:
        return CheckResult(
            "times", CheckState.WRONG, text, "check tick_s in [mrd] of the protocol"
        )
    if float(np.ptp(steps)) > 0.1 * tr_s:
        text += f", from {steps.min():.2f} to {steps.max():.2f} s"
        return CheckResult(
            "times", CheckState.LOOK, text, "see whether the series was paused"
        )
    return ok("times", text)


def coils(transients: list[Transient]) -> CheckResult:
    """Whether every coil gives something."""
    power = np.mean([np.mean(np.abs(t.fid) ** 2, axis=1) for t in transients], axis=0)
    dead = np.flatnonzero(power <= DEAD_COIL**2 * np.median(power)).tolist()
    if dead:
        names = ", ".join(str(coil + 1) for coil in dead)
        text = f"{len(dead)} of {power.size} give nothing: {names}"
        return CheckResult(
            "coils", CheckState.WRONG, text, "check the coil and its plugs"
        )
    return ok("coils", f"all {power.size} give something")


def level(transients: list[Transient]) -> CheckResult:
    """Whether the receiver is saturated anywhere."""
    clipped = sum(saturated(t.fid) for t in transients)
    if clipped:
        text = f"{clipped} of {len(transients)} transients are saturated"
        return CheckResult(
            "receiver", CheckState.WRONG, text, "lower the receiver gain"
        )
    return ok("receiver", "not saturated")


def decay(transients: list[Transient]) -> CheckResult:
    """Whether the FIDs begin strong and end weak."""
    powers = np.mean([np.mean(np.abs(t.fid) ** 2, axis=0) for t in transients], axis=0)
    part = max(powers.size // 8, 1)
    first, last = np.sqrt(powers[:part].mean()), np.sqrt(powers[-part:].mean())
    ratio = float(first / max(last, 1e-30))
    text = f"amplitude falls to 1/{ratio:.1f} over the FID"
    if ratio < LEAST_DECAY:
        remedy = "check the phantom, the voxel and the points to discard"
        return CheckResult("FID", CheckState.WRONG, text, remedy)
    return ok("FID", text)


def line(transients: list[Transient], acquisition: Acquisition) -> CheckResult:
    """Place, width and height of the strongest line."""
    power = _power(transients, acquisition)
    dwell_s, mhz = acquisition.dwell_time_s, acquisition.spectrometer_frequency_mhz
    offset_hz = spectrum.frequency_axis_hz(power.size, dwell_s)
    noise = float(np.median(power))
    peak = int(np.argmax(power))
    snr = float(np.sqrt(power[peak] / max(noise, 1e-30)))
    ppm = REFERENCE_PPM + offset_hz[peak] / mhz
    width_hz = _width(power - noise, peak) * float(offset_hz[1] - offset_hz[0])
    text = (
        f"strongest at {ppm:.2f} ppm ({offset_hz[peak]:+.1f} Hz from the carrier), "
        f"{width_hz:.1f} Hz wide (magnitude), {snr:.0f} times the noise"
    )
    if snr < LEAST_SNR:
        return CheckResult(
            "line", CheckState.WRONG, text, "check voxel, coil and transmitter"
        )
    return ok("line", text)


def conjugation(transients: list[Transient], acquisition: Acquisition) -> CheckResult:
    """Whether the spectrum is the right way round."""
    check = ConjugationCheck(acquisition)
    remark = ""
    for transient in transients:
        remark = remark or check.push(transient.fid)
    if check.contradicted:
        return CheckResult("conjugation", CheckState.WRONG, remark)
    if remark and "confirmed" in remark:
        return ok("conjugation", remark)
    text = "no metabolite lines to tell by"
    return CheckResult(
        "conjugation", CheckState.LOOK, text, "use a phantom with metabolites"
    )


def _power(
    transients: list[Transient], acquisition: Acquisition
) -> NDArray[np.float64]:
    points = acquisition.points
    t_s = spectrum.time_axis_s(points, acquisition.dwell_time_s)
    window = np.exp(-np.pi * APODISATION_HZ * t_s)
    powers = [np.abs(spectrum.spectrum_of(t.fid * window)) ** 2 for t in transients]
    mean: NDArray[np.float64] = np.mean(powers, axis=(0, 1))
    return mean


def _width(power: NDArray[np.float64], peak: int) -> float:
    """Full width at half height of the magnitude of a line, in points."""
    below = power < power[peak] / 4  # half of the magnitude
    left = peak - int(np.argmax(below[peak::-1])) if below[: peak + 1].any() else 0
    right = (
        peak + int(np.argmax(below[peak:])) if below[peak:].any() else power.size - 1
    )
    return float(max(right - left - 1, 1))
