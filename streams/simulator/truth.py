"""The truth of a simulated session: one row an excitation, and what holds throughout.

`RECORDING.truth.csv`, a row per excitation, delivered or not:

    count, time_s, kind, series, phase_step, arrivals
    shift_hz            of all lines, positive towards higher ppm (our sign)
    phase_deg           the stored FID was multiplied by exp(+i phase)
    dlinewidth_hz       Lorentzian, added to every line (negative: narrower)
    amplitude           factor on all that is in the voxel
    water_over_naa, lipid_over_naa   heights
    corrupted           1 where the subject moved
    contaminated        1 in a stretch that is unlike the rest
    NAME_mult           factor on each concentration, MM_mult on the macromolecules: its
                        course, and where the voxel of the series lies

`RECORDING.truth.json` holds concentrations, the amplitudes that a fit with protons as
unit sees (concentration times relaxation), their ratios, how far these have moved when
the infusion stops, noise and coils.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from streams.errors import InputError
from streams.messages.marks import is_mark
from streams.messages.transient import Kind
from streams.simulator.courses import multiplier
from streams.simulator.scenario import Scenario
from streams.simulator.schedule import KINDS, delivery
from streams.simulator.session import SimulatedSession, amplitude_of, levels_in

Row = dict[str, int | float | str]


def truth_rows(session: SimulatedSession) -> Iterator[Row]:
    """The truth of each excitation, in the order of the scanner's counter."""
    schedule, conditions = session.schedule, session.conditions
    cycle = session.scenario.phase_cycle
    steps = 1 if cycle is None else cycle.steps
    n = len(schedule.time_s)
    arrivals = np.bincount(delivery(session.scenario, schedule), minlength=n)
    for count in range(n):
        yield {
            "count": count,
            "time_s": _round(schedule.time_s[count]),
            "kind": _kind(session, count).value,
            "series": int(schedule.series[count]),
            "phase_step": int(schedule.place[count] % steps),
            "arrivals": int(arrivals[count]),
            "shift_hz": _round(conditions.shift_hz[count]),
            "phase_deg": _round(conditions.phase_deg[count]),
            "dlinewidth_hz": _round(conditions.width_hz[count]),
            "amplitude": _round(conditions.amplitude[count]),
            "water_over_naa": _round(conditions.water[count]),
            "lipid_over_naa": _round(conditions.lipid[count]),
            "corrupted": int(conditions.corrupted[count]),
            "contaminated": int(conditions.contaminated[count]),
            **_multipliers(session, count),
        }


def _kind(session: SimulatedSession, count: int) -> Kind:
    """What an excitation is for, whatever it is announced as."""
    kind = KINDS[session.schedule.kind[count]]
    inverted = session.inversions[session.schedule.series[count]] is not None
    return Kind.MACROMOLECULE if kind is Kind.METABOLITE and inverted else kind


def _multipliers(session: SimulatedSession, count: int) -> Row:
    scenario = session.scenario
    time_s = session.schedule.time_s[count : count + 1]
    row: Row = {}
    levels = levels_in(session, int(session.schedule.series[count]))
    for name, level in zip((*session.names, "MM"), levels.tolist(), strict=True):
        course = scenario.courses.get(name)
        factor = level
        if course is not None:
            factor *= float(multiplier(course, time_s, scenario.infusion_s)[0])
        row[f"{name}_mult"] = _round(factor)
    return row


def _round(value: float) -> float:
    """Six decimals, and no negative zero."""
    return round(float(value), 6) + 0.0


def truth_summary(session: SimulatedSession) -> dict[str, Any]:
    """What holds for the whole session."""
    scenario = session.scenario
    amplitude = dict(zip(session.names, session.amplitude.tolist(), strict=True))
    receiver = session.receivers[0]
    return {
        "scenario": scenario.name,
        "title": scenario.title,
        "seed": scenario.seed,
        "infusion_s": scenario.infusion_s,
        "marks": [asdict(e) for e in scenario.events if is_mark(e.event)],
        "concentrations_mm": scenario.concentrations_mm,
        "amplitudes": amplitude,
        "ratios": ratios(amplitude),
        "changes_at_infusion_stop_percent": changes_at_stop(scenario),
        "snr_single_transient": scenario.acquisition.snr,
        "snr_definition": "height of the NAA singlet / SD of the noise, both in the "
        "real spectrum of one transient after optimal coil combination, no apodisation",
        "naa_height": session.naa_height,
        "noise_sd_combined": session.sigma,
        "fwhm_hz": [series.fwhm_hz for series in scenario.series],
        "gain": [series.gain for series in scenario.series],
        **_inversions(scenario),
        "voxel_moved": [series.moved is not None for series in scenario.series],
        "shift_definition": "positive towards higher ppm",
        "eddy_phase_at_start_rad": float(session.eddy_rad[0]),
        "sensitivity_real": receiver.sensitivity.real.tolist(),
        "sensitivity_imag": receiver.sensitivity.imag.tolist(),
        "noise_covariance_real": receiver.covariance.real.tolist(),
        "noise_covariance_imag": receiver.covariance.imag.tolist(),
    }


def _inversions(scenario: Scenario) -> dict[str, Any]:
    """Inversion times by series, where there are any."""
    times_s = [series.inversion_time_s for series in scenario.series]
    return {} if times_s == [None] * len(times_s) else {"inversion_time_s": times_s}


SUMS = {
    "Glx": ("Glu", "Gln"),
    "tNAA": ("NAA", "NAAG"),
    "tCr": ("Cr", "PCr"),
    "tCho": ("GPC", "PCh"),
}


def with_sums(amplitude: Mapping[str, float]) -> dict[str, float]:
    """Amplitudes and the sums of some."""
    amplitudes = dict(amplitude)
    for name, parts in SUMS.items():
        amplitudes[name] = sum(amplitude.get(part, 0.0) for part in parts)
    return amplitudes


def ratios(amplitude: Mapping[str, float]) -> dict[str, float]:
    """Ratios of amplitudes and of their sums."""
    amplitudes = with_sums(amplitude)
    pairs = [(top, "tCr") for top in ("Glu", "Gln", "Glx", "tNAA", "tCho", "mI")]
    pairs += [("Glu", "tNAA"), ("Glx", "tNAA")]
    return {
        f"{top}/{bottom}": amplitudes[top] / amplitudes[bottom]
        for top, bottom in pairs
        if top in amplitudes and amplitudes[bottom] > 0
    }


def changes_at_stop(scenario: Scenario) -> dict[str, float]:
    """True change of Glu, Gln, Glx and the ratios when the infusion stops, percent.

    Empty without an infusion.
    """
    if scenario.infusion_s is None:
        return {}
    before = {name: amplitude_of(scenario, name) for name in scenario.concentrations_mm}
    stop_s = np.array([scenario.infusion_s[1]])
    after = dict(before)
    for name, course in scenario.courses.items():
        if name in after:
            factor = multiplier(course, stop_s, scenario.infusion_s)[0]
            after[name] *= float(factor)
    then, now = ({**with_sums(a), **ratios(a)} for a in (before, after))
    names = [n for n in then if n in ("Glu", "Gln", "Glx") or "/" in n]
    return {n: _round(100 * (now[n] / then[n] - 1)) for n in names if then[n] > 0}


def write_truth(session: SimulatedSession, recording: Path) -> tuple[Path, Path]:
    """Write the truth beside a recording; returns the paths of table and summary.

    Raises
    ------
    InputError : the folder cannot be written to
    """
    table = recording.with_suffix(".truth.csv")
    summary = recording.with_suffix(".truth.json")
    rows = truth_rows(session)
    first = next(rows)
    try:
        with table.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, fieldnames=list(first), lineterminator="\n")
            writer.writeheader()
            writer.writerow(first)
            writer.writerows(rows)
        text = json.dumps(truth_summary(session), indent=1)
        summary.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"The truth cannot be written to {table.parent}: {error.strerror}; give "
            "another folder."
        ) from None
    return table, summary
