"""When what is excited, and in which order it arrives.

Excitations are numbered 0, 1, 2, ... through the session: the scanner's own counter.
Each takes one TR; a series begins after its pause.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.messages.transient import Kind
from streams.simulator.chance import Purpose, generator
from streams.simulator.plan import PlannedSeries
from streams.simulator.scenario import Scenario

KINDS = (Kind.NOISE, Kind.WATER, Kind.METABOLITE)
"""Kinds of frame in the order in which a series acquires them."""

METABOLITE = KINDS.index(Kind.METABOLITE)


@dataclass(frozen=True, slots=True)
class Schedule:
    """All excitations of a session; arrays are (n,), indexed by the scanner's counter.

    Attributes
    ----------
    time_s : scanner time
    kind : index into `KINDS`
    series : index into the scenario's series
    place : number within its kind and series, from 0
    """

    time_s: NDArray[np.float64]
    kind: NDArray[np.int64]
    series: NDArray[np.int64]
    place: NDArray[np.int64]

    @property
    def metabolite(self) -> NDArray[np.bool_]:
        """Which excitations are metabolite transients."""
        return np.asarray(self.kind == METABOLITE)

    def series_starts_s(self) -> NDArray[np.float64]:
        """Time of the first excitation of each series."""
        _, first = np.unique(self.series, return_index=True)
        return self.time_s[first]


def schedule_of(scenario: Scenario) -> Schedule:
    """The excitations that a scenario plans."""
    tr_s = scenario.acquisition.repetition_time_s
    times, kinds, numbers, places = [], [], [], []
    start_s = 0.0
    for number, series in enumerate(scenario.series):
        start_s += series.pause_s
        frames = frames_of(series)
        n = sum(frames)
        times.append(start_s + tr_s * np.arange(n))
        kinds.append(np.repeat(np.arange(len(KINDS)), frames))
        numbers.append(np.full(n, number))
        places.append(np.concatenate([np.arange(count) for count in frames]))
        start_s += tr_s * n
    return Schedule(
        np.concatenate(times),
        np.concatenate(kinds),
        np.concatenate(numbers),
        np.concatenate(places),
    )


def frames_of(series: PlannedSeries) -> tuple[int, int, int]:
    """Frames of each of `KINDS` in a series."""
    return series.noise_frames, series.water_frames, series.transients


def delivery(scenario: Scenario, schedule: Schedule) -> NDArray[np.int64]:
    """The counts in the order in which they arrive, missing and doubled ones included.

    Only metabolite transients go astray; a late one is overtaken by one successor.
    """
    counts = np.arange(len(schedule.time_s))
    transport = scenario.transport
    if transport is None:
        return counts
    draws = generator(scenario.seed, Purpose.TRANSPORT).random((3, len(counts)))
    fractions = (
        transport.missing_fraction,
        transport.duplicated_fraction,
        transport.out_of_order_fraction,
    )
    chosen = draws < np.array(fractions)[:, None]
    missing, doubled, late = chosen & schedule.metabolite
    missing[[c for c in transport.missing_counts if c < len(counts)]] = True
    # a late one arrives after its successor, if that is in the same series
    same_series = np.append(schedule.series[1:] == schedule.series[:-1], False)
    place = counts + np.where(late & same_series, 1.5, 0.0)
    order = np.argsort(place, kind="stable")
    return np.repeat(order, np.where(missing[order], 0, 1 + doubled[order]))
