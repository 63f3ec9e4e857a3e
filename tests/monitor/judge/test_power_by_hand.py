"""What a protocol would detect, its parts by hand and without a simulation."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.judge import power
from monitor.judge.measures import FACTOR
from monitor.judge.power import (
    DRIFTS_HZ_PER_MIN,
    REFERENCES,
    USUAL_DRIFT,
    USUAL_SNR,
    Foreseen,
    Precision,
)
from monitor.protocol.settings import Settings
from streams.errors import InputError


def foreseen(sigma: float = 20.0, **settings: object) -> Foreseen:
    usual = Precision(USUAL_SNR, USUAL_DRIFT, sigma, 0.8 * sigma, 1.3 * sigma, 1.0, 9)
    others = [
        replace(usual, snr=2 * USUAL_SNR, sigma_percent=1.0),
        replace(usual, drift_hz_per_min=DRIFTS_HZ_PER_MIN[-1], sigma_percent=2.0),
    ]
    asked = Settings(window=64, reference_target_percent=5.0, **settings)
    return Foreseen(asked, 2.0, (*others, usual))


def test_what_a_window_would_show_beforehand() -> None:
    one, reference = foreseen(), REFERENCES[2]
    assert one.usual.sigma_percent == 20.0
    change = FACTOR * 20.0 * math.sqrt(1 / 64 + 1 / reference)
    assert one.detectable(one.usual, 64, reference) == pytest.approx(change)
    assert f"shows a change of {change:.1f} %" in one.sentence
    assert f"({0.8 * change:.1f} to {1.3 * change:.1f} as far as" in one.sentence
    assert one.sentence.endswith("take 256 transients (8.5 min).")
    assert foreseen(80.0).sentence.endswith("are not seen with 512 transients.")


EXPECTED = {
    "basis": "press_3t_te30", "expect_frequency_mhz": 127.75,
    "expect_echo_time_s": 0.03, "expect_repetition_time_s": 1.5,
    "expect_sequence": "PRESS",
}  # fmt: skip


def test_a_quiet_session_on_the_scanner_that_is_expected() -> None:
    scenario = power.quiet_scenario(Settings(**EXPECTED), 15.0, 1.5, 99, seed=7)
    plan = scenario.acquisition
    assert plan.spectrometer_frequency_mhz == 127.75
    assert (plan.echo_time_s, plan.repetition_time_s) == (0.03, 1.5)
    assert (plan.snr, plan.sequence, plan.coils) == (15.0, "PRESS", 2)
    assert plan.points * plan.dwell_time_s == pytest.approx(power.FID_S, rel=1e-3)
    assert (scenario.seed, scenario.series[0].transients) == (7, 99)
    assert scenario.drift.linear_hz_per_min == 1.5
    assert scenario.courses == {}
    assert scenario.narrowing is scenario.motion is scenario.wander is None
    at_3t = replace(Settings(**EXPECTED), expect_frequency_mhz=power.FIELD_3T_MHZ)
    usual = power.quiet_scenario(at_3t, 15.0, 1.5, 99, seed=7).series[0].fwhm_hz
    wider = scenario.series[0].fwhm_hz / usual
    assert wider == pytest.approx(127.75 / power.FIELD_3T_MHZ)


@pytest.mark.parametrize("name", [n for n in EXPECTED if n.startswith("expect_")])
def test_what_a_protocol_must_expect(name: str) -> None:
    lacking = Settings(**{k: v for k, v in EXPECTED.items() if k != name})
    with pytest.raises(InputError, match=f"does not say {name}:"):
        power.quiet_scenario(lacking, 15.0, 1.5, 99, seed=7)


def test_each_condition_has_a_seed_of_its_own_and_is_told(monkeypatch) -> None:
    seeds, told, spins = [], [], []

    def precision(scenario, fids, settings, snr, drift):
        seeds.append(scenario.seed)
        return replace(foreseen().usual, snr=snr, drift_hz_per_min=drift)

    monkeypatch.setattr(power, "SNRS", (USUAL_SNR, 40.0))
    monkeypatch.setattr(power, "DRIFTS_HZ_PER_MIN", (3.0,))
    monkeypatch.setattr(power, "read_protocol", lambda name: Settings(**EXPECTED))
    monkeypatch.setattr(power, "metabolite_fids", lambda s: spins.append(s) or {})
    monkeypatch.setattr(power, "_precision", precision)
    found = power.foresee("x", lambda *done: told.append(done), 99)
    assert (seeds, told) == ([1, 2, 3], [(1, 3), (2, 3), (3, 3)])
    assert len(spins) == 1
    asked = [(p.snr, p.drift_hz_per_min) for p in found.precisions]
    assert asked == [(USUAL_SNR, USUAL_DRIFT), (40.0, USUAL_DRIFT), (USUAL_SNR, 3.0)]
    assert found.repetition_time_s == 1.5
    power.foresee("x", None, 99)


def test_precision_is_the_scatter_of_whole_independent_windows(monkeypatch) -> None:
    def window(value: float, **changes: object) -> SimpleNamespace:
        usual = {
            "independent": True, "converged": True, "n_transients": 32,
            "values": {"Glu": value}, "n_effective": 25.0, "time_start_s": 100.0,
            "change_sds_percent": {"Glu": 5.0},
        }  # fmt: skip
        return SimpleNamespace(**{**usual, **changes})

    values = [9.0, 10.0, 11.0, 10.5, 9.5]
    others = [
        window(99.0, independent=False), window(99.0, converged=False),
        window(99.0, n_transients=31), window(99.0, values={}),
    ]  # fmt: skip
    result = SimpleNamespace(
        estimates=[*map(window, values), *others],
        course=SimpleNamespace(reference=SimpleNamespace(end_s=50.0)),
    )
    wished: list = []

    def run(wishes, live):
        wished.append(wishes)
        return SimpleNamespace(finish=lambda: (None, result))

    for name in ("push_all", "number", "scan_session", "prepare"):
        monkeypatch.setattr(power, name, lambda *_: None)
    monkeypatch.setattr(power, "SessionRun", run)
    monkeypatch.setattr(power, "reference_variance", lambda course, name: 9e-4)
    settings = Settings(**EXPECTED, outcome="Glu", window=32)
    series = (SimpleNamespace(transients=200),)
    scenario = SimpleNamespace(series=series)
    found = power._precision(scenario, {}, settings, 10.0, 0.1)
    sigma = 100 * 5 * np.std(values, ddof=1) / 10.0
    assert found.sigma_percent == pytest.approx(sigma)
    assert found.windows == 5
    # Quantiles of chi-square with four degrees of freedom, from a table.
    assert found.low == pytest.approx(sigma * math.sqrt(4 / 11.143), rel=1e-3)
    assert found.high == pytest.approx(sigma * math.sqrt(4 / 0.4844), rel=1e-3)
    assert found.stated_percent == pytest.approx(5 * math.sqrt(25.0 - 9.0))
    assert wished[0].changes["reference_s"] == (0.0, 0.5 * 200 * 1.5)
    result.estimates = [*map(window, values[:3])]
    with pytest.raises(InputError, match="cannot be measured"):
        power._precision(scenario, {}, settings, 10.0, 0.1)
    early = [window(v, time_start_s=10.0, change_sds_percent={"Glu": 9.0}) for v in
             values]  # fmt: skip
    result.estimates = [*early, *map(window, values)]
    again = power._precision(scenario, {}, settings, 10.0, 0.1)
    assert again.stated_percent == pytest.approx(5 * math.sqrt(25.0 - 9.0))
