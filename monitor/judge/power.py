"""What a protocol would detect, before anybody is scanned.

The virtual scanner acquires sessions without any change, as the protocol expects its
scanner to be (field, sequence, TE, TR), at several SNRs of one transient and several
drifts of the field.  They are analysed as the protocol says.  The scatter of the
outcome X over W independent windows of n transients gives the SD of one transient,

    sigma = 100 sqrt(n) SD(X) / mean(X) %,      with nu = W - 1,

interval from chi-square, and from it (`analysis.detectable`) the change that windows of
any length show against a reference period of any length.  What the fit states beside it
tells whether the two agree.  Physiology and motion are those of the virtual scanner's
quiet subject: people are worse.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from monitor.analysis.course.detectable import detectable_percent
from monitor.analysis.course.window_changes import reference_variance
from monitor.basis.presets import PRESETS
from monitor.protocol.choose import Wishes
from monitor.protocol.read_protocol import read_protocol
from monitor.protocol.settings import Settings
from monitor.run.analyse import push_all
from monitor.run.result import Result
from monitor.run.session_run import SessionRun
from streams.errors import InputError
from streams.messages.transient import number
from streams.simulator.metabolites import metabolite_fids
from streams.simulator.scanner import prepare, scan_session
from streams.simulator.scenario import Scenario
from streams.simulator.scenario_file import bundled_scenarios, scenario_from

SNRS = (5.0, 10.0, 20.0, 40.0)
"""Of one transient, simulated at the usual drift."""
DRIFTS_HZ_PER_MIN = (0.0, 0.5, 1.5, 3.0)
"""Simulated at the usual SNR."""
USUAL_SNR, USUAL_DRIFT = 10.0, 0.1
TRANSIENTS = 640
"""Of one simulated session; half of them are its reference period."""
FID_S = 0.41
"""Length of the FIDs; the SNR of a spectrum means more the longer they are."""
WINDOWS = (16, 32, 64, 128, 256, 512)
REFERENCES = (64, 150, 300, 600)
OFF = ("narrowing", "wander", "events", "courses", "motion")
FIELD_3T_MHZ = 123.25
Fids = Mapping[str, NDArray[np.complex128]]
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Precision:
    """Precision of one simulated condition.

    Attributes
    ----------
    snr, drift_hz_per_min : of the simulated scanner
    sigma_percent, low, high : SD of one transient from the scatter, 95 % interval
    stated_percent : the same from the SDs that the fit states
    windows : independent windows that the scatter is from
    """

    snr: float
    drift_hz_per_min: float
    sigma_percent: float
    low: float
    high: float
    stated_percent: float
    windows: int


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a protocol would detect; lengths in transients, changes in percent."""

    settings: Settings
    repetition_time_s: float
    precisions: tuple[Precision, ...]

    def detectable(self, precision: Precision, window: int, reference: int) -> float:
        """Change that a window shows against a reference period, 80 % power."""
        return detectable_percent(precision.sigma_percent, window, reference)

    @property
    def usual(self) -> Precision:
        """At the usual SNR and drift."""
        return next(
            p
            for p in self.precisions
            if (p.snr, p.drift_hz_per_min) == (USUAL_SNR, USUAL_DRIFT)
        )

    @property
    def sentence(self) -> str:
        """The whole in one sentence."""
        window, reference = self.settings.window, REFERENCES[2]
        usual = self.usual
        change = self.detectable(usual, window, reference)
        low, high = (
            change * end / usual.sigma_percent for end in (usual.low, usual.high)
        )
        return (
            f"At SNR {USUAL_SNR:g} of a transient one window of {window} transients "
            f"against {reference} shows a change of {change:.1f} % of "
            f"{self.settings.outcome} ({low:.1f} to {high:.1f} as far as one simulated "
            f"session knows it) with a power of 80 %; {self._target(reference)}"
        )

    def _target(self, reference: int) -> str:
        """What it would take to see the change that the protocol asks for."""
        target = self.settings.reference_target_percent
        asked = f"the {target:g} % that the protocol asks for"
        for window in WINDOWS:
            if self.detectable(self.usual, window, reference) <= target:
                minutes = window * self.repetition_time_s / 60
                return f"{asked} take {window} transients ({minutes:.2g} min)."
        return f"{asked} are not seen with {WINDOWS[-1]} transients."


def foresee(
    protocol: str, tell: Tell | None = None, transients: int = TRANSIENTS
) -> Foreseen:
    """Simulate what a protocol would detect.

    Raises
    ------
    InputError : no such protocol, or it does not say what it expects of the scanner
    """
    settings = read_protocol(protocol)
    conditions = [(snr, USUAL_DRIFT) for snr in SNRS]
    conditions += [(USUAL_SNR, drift) for drift in DRIFTS_HZ_PER_MIN]
    fids: Fids | None = None
    precisions = []
    for done, (snr, drift) in enumerate(conditions):
        scenario = quiet_scenario(settings, snr, drift, transients, seed=done + 1)
        fids = metabolite_fids(scenario) if fids is None else fids
        precisions.append(_precision(scenario, fids, settings, snr, drift))
        if tell is not None:
            tell(done + 1, len(conditions))
    return Foreseen(
        settings, float(settings.expect_repetition_time_s or 0), tuple(precisions)
    )


def quiet_scenario(
    settings: Settings, snr: float, drift: float, transients: int, seed: int
) -> Scenario:
    """A session without any change on the scanner that the protocol expects."""
    expected = {
        name: getattr(settings, name)
        for name in (
            "expect_frequency_mhz",
            "expect_echo_time_s",
            "expect_repetition_time_s",
            "expect_sequence",
        )
    }
    absent = [name for name, value in expected.items() if not value]
    if absent:
        raise InputError(
            f"Protocol {settings.name} does not say {', '.join(absent)}: nothing can "
            "be simulated from it."
        )
    table = tomllib.loads(bundled_scenarios()["null"].read_text(encoding="utf-8"))
    table = {key: value for key, value in table.items() if key not in OFF}
    mhz = float(expected["expect_frequency_mhz"])
    width = table["series"][0]["fwhm_hz"] * (mhz / FIELD_3T_MHZ)
    table["series"] = [
        {**table["series"][0], "transients": transients, "fwhm_hz": width}
    ]
    table["acquisition"] = _acquisition(settings, table["acquisition"], snr)
    table["drift"] = {
        "linear_hz_per_min": drift,
        "exponential_hz": 0.0,
        "exponential_time_constant_s": 500.0,
        "jitter_hz": 0.3,
    }
    table |= {"seed": seed, "protocol": settings.name, "title": "no change"}
    return scenario_from(table, "quiet")


def _acquisition(
    settings: Settings, usual: dict[str, Any], snr: float
) -> dict[str, Any]:
    """The scanner that the protocol expects, two coils; timing of its bundled basis."""
    values = {
        **usual,
        "spectrometer_frequency_mhz": float(settings.expect_frequency_mhz or 0),
        "sequence": settings.expect_sequence,
        "echo_time_s": float(settings.expect_echo_time_s or 0),
        "repetition_time_s": float(settings.expect_repetition_time_s or 0),
        "coils": 2,
        "snr": snr,
    }
    preset = PRESETS.get(settings.basis)
    if preset is not None:
        dwell_s = preset.dwell_time_s
        values |= {"dwell_time_s": dwell_s, "points": round(FID_S / dwell_s)}
        first, mixing = preset.sequence.first_echo_time_s, preset.sequence.mixing_time_s
        values |= {} if first is None else {"first_echo_time_s": first}
        values |= {} if mixing is None else {"mixing_time_s": mixing}
    return values


def _precision(
    scenario: Scenario, fids: Fids, settings: Settings, snr: float, drift: float
) -> Precision:
    """Analyse one simulated session and measure the scatter of its windows."""
    from scipy import stats  # a second to import, wanted here only

    count = scenario.series[0].transients
    middle_s = 0.5 * count * float(settings.expect_repetition_time_s or 0)
    changes = {"reference_s": (0.0, middle_s), "infusion_s": None}
    run = SessionRun(Wishes(settings.name, "", changes), live=False)
    with threadpool_limits(1):
        push_all(run, number(scan_session(prepare(scenario, fids))))
        _, result = run.finish()
    name = settings.outcome
    used = [
        e
        for e in result.estimates
        if e.independent
        and e.converged
        and e.n_transients == settings.window
        and name in e.values
    ]
    if len(used) < 4:
        raise InputError(
            f"{name} cannot be measured with the basis set of the protocol."
        )
    x = np.array([e.values[name] for e in used])
    n = math.sqrt(float(np.mean([e.n_effective for e in used])))
    nu = len(used) - 1
    sigma = 100 * n * float(np.std(x, ddof=1) / np.mean(x))
    low, high = sigma * np.sqrt(nu / stats.chi2.ppf([0.975, 0.025], nu))
    stated = n * _stated_percent(result, name)
    return Precision(snr, drift, sigma, float(low), float(high), stated, len(used))


def _stated_percent(result: Result, name: str) -> float:
    """SD of one window's own noise as the fit states it, root mean square, percent."""
    course = result.course
    common = 1e4 * reference_variance(course, name)
    own = [
        e.change_sds_percent[name] ** 2 - common
        for e in result.estimates
        if e.independent
        and e.converged
        and course.reference is not None
        and e.time_start_s >= course.reference.end_s
    ]
    return math.sqrt(max(0.0, float(np.mean(own)))) if own else math.nan
