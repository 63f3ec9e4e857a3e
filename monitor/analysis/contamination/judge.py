"""The session's judge: which stretches of transients are unlike its good part.

A transient has its weight on arrival, by those just before it.  The judge looks at all
of an epoch so far: what is unlike the good part for longer than a moment (`states`) is
left out for as long as it lasts, whenever it began, and the good part is judged by
itself (`weighing`).  What it says depends on the transients alone, not on when it was
asked: a live session ends with the weights that its recording gives at once.

The operator has the last word: spans that he takes out, or in again.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np

from monitor.analysis.contamination.boundaries import cause_of, refined
from monitor.analysis.contamination.features import (
    EpochFeatures,
    Features,
    Seen,
    bands_of,
    noise_of_band,
)
from monitor.analysis.contamination.gain_steps import Gain, gain_at
from monitor.analysis.contamination.good_weights import STRETCH, Weighing
from monitor.analysis.contamination.states import (
    Comparison,
    runs_of,
    states_of,
)
from monitor.analysis.contamination.stretch import ENOUGH, Cause, Stretch
from monitor.analysis.preparation.prepared import Prepared
from monitor.analysis.preparation.quality import Quality
from monitor.analysis.preparation.weights import NAMES, Measures
from monitor.analysis.signal.axis import Axis
from streams.messages.span import Span

EVERY = 4
LOOKS = 100
"""A long epoch is looked at so many times over as many transients as it has."""
WATER = NAMES.index("water")
Found = tuple[int, int, Cause]
Unlike = tuple[list[Found], tuple[Gain, ...]]
"""Stretches of an epoch, and steps of its gain."""


@dataclass(slots=True)
class Judge:
    """Keeps what transients are compared by, and what was found; one owner.

    Attributes
    ----------
    cycle_steps : of the phase cycle
    rejects : whether what is unlike is left out, or only said
    out_s, in_s : spans that the operator takes out, or in whatever is found in them
    stretches : as found when last asked
    """

    cycle_steps: int = 1
    rejects: bool = True
    out_s: tuple[Span, ...] = ()
    in_s: tuple[Span, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    _epochs: dict[int, EpochFeatures] = field(default_factory=dict)
    _found: dict[int, Unlike] = field(default_factory=dict)
    _weighings: dict[int, Weighing] = field(default_factory=dict)
    _arrived: list[Quality] = field(default_factory=list)
    _measured: list[Measures | None] = field(default_factory=list)

    def put(
        self,
        prepared: Prepared,
        axis: Axis,
        shift_hz: float,
        height: float,
        noise: float,
        step: int,
    ) -> None:
        """Take in a transient as it was prepared, or anew.

        Parameters
        ----------
        shift_hz, height : of the template's lines; the shift is the same throughout an
            epoch, so that no line crosses the edge of a band
        noise : SD of the noise of its spectrum
        step : of the phase cycle
        """
        quality, i = prepared.quality, prepared.index
        if i == len(self._arrived):
            self._arrived.append(quality)
            self._measured.append(prepared.measured)
        self._arrived[i], self._measured[i] = quality, prepared.measured
        epoch = self._epochs.setdefault(quality.epoch, EpochFeatures(i))
        bands = bands_of(prepared.spectrum, axis, shift_hz)
        water = prepared.measured.values[WATER] if prepared.measured else -math.inf
        width_hz, own = prepared.width_hz, noise_of_band(noise, axis)
        figures = width_hz, water, height, own, step, axis.frequency_mhz
        epoch.put(i, Features.of(bands, quality, *figures))
        self._found.pop(quality.epoch, None)

    def forget(self, epoch: int) -> None:
        """An epoch is another one gone on: its transients come anew."""
        self._epochs.pop(epoch, None)
        self._found.pop(epoch, None)

    def take_spans(self, out_s: Sequence[Span], in_s: Sequence[Span]) -> None:
        """What the operator takes out, and in."""
        self.out_s, self.in_s = tuple(out_s), tuple(in_s)

    def due(self) -> bool:
        """Whether it is time to look: every few transients, or within a stretch."""
        newest = self._epochs[self._arrived[-1].epoch]
        n, last = len(newest), self.stretches[-1:]
        if any(stretch.lasts(len(self._arrived)) for stretch in last):
            return True
        return n % max(EVERY, n // LOOKS) == 0

    def good_from(self, epoch: int, first: int, count: int) -> int | None:
        """Where the good part of an epoch begins, if it began in another state.

        Counted in the epoch; None where most of `count` transients from `first` on are
        good, or nothing is left out.
        """
        features = self._epochs.get(epoch)
        if features is None or not self.rejects:
            return None
        drowned = features.drowned_until(first, count)
        if drowned is not None:
            return drowned
        begin = features.first + first
        span = range(begin, begin + count)
        own = [
            (max(a, span.start), b)
            for a, b, _ in self._found_in(epoch, features)[0]
            if a < span.stop and b > span.start
        ]
        if sum(min(b, span.stop) - a for a, b in own) <= count // 2:
            return None
        return max(b for _, b in own) - features.first

    def left_out(self, epoch: int) -> frozenset[int]:
        """Numbers in the session of what was found unlike the rest of an epoch."""
        features = self._epochs.get(epoch)
        if features is None or not self.rejects:
            return frozenset()
        found, _ = self._found_in(epoch, features)
        return frozenset(i for a, b, _ in found for i in range(a, b))

    def qualities(self) -> list[Quality]:
        """Qualities of all transients as they are known now; finds the stretches."""
        found, stretches = list(self._arrived), list[Stretch]()
        for number, epoch in self._epochs.items():
            own = self._stretches(number, epoch)
            stretches += own
            gains = self._found_in(number, epoch)[1]
            if gains or any(one.left_out for one in own):
                stop = epoch.first + len(epoch)
                found[epoch.first : stop] = self._weigh(epoch, own, gains)
        self.stretches = tuple(sorted(stretches, key=lambda one: one.first))
        return found

    @property
    def gains(self) -> tuple[Gain, ...]:
        """Steps of gain, by number in the session."""
        if not self.rejects:
            return ()
        found = (self._found_in(n, epoch)[1] for n, epoch in self._epochs.items())
        return tuple(sorted(chain.from_iterable(found), key=lambda one: one.first))

    def put_weights(self, qualities: list[Quality]) -> bool:
        """Put the weights that are known now into qualities as they were held.

        With residual water and lipid, which are relative to what the gain was at first.
        Whether a transient before the newest has another weight than it had.
        """
        moved = False
        for i, judged in enumerate(self.qualities()):
            held = qualities[i]
            if self._told_of(held) != self._told_of(judged):
                qualities[i] = replace(
                    held,
                    weight=judged.weight,
                    flags=judged.flags,
                    water=judged.water,
                    lipid=judged.lipid,
                )
                moved |= held.weight != judged.weight and i < len(qualities) - 1
        return moved

    @staticmethod
    def _told_of(q: Quality) -> tuple[object, ...]:
        return q.weight, q.flags, q.water, q.lipid

    def _stretches(self, number: int, epoch: EpochFeatures) -> list[Stretch]:
        """Stretches of an epoch: the operator's, and beside them those found."""
        found = self._found_in(number, epoch)[0] + self._taken_out(epoch)
        stretches = []
        for first, stop, cause in found:
            start_s, end_s = self._arrived[first].time_s, self._arrived[stop - 1].time_s
            out = self._is_out(start_s, end_s, cause)
            stretches.append(Stretch(first, stop, number, start_s, end_s, cause, out))
        return stretches

    def _found_in(self, number: int, epoch: EpochFeatures) -> Unlike:
        """What is unlike the good part of an epoch, by numbers in the session."""
        held = self._found.get(number)
        if held is not None:
            return held
        seen = epoch.seen(self.cycle_steps)
        found, gains = unlike(seen), seen.gains
        self._found[number] = (
            [(epoch.first + a, epoch.first + b, cause) for a, b, cause in found],
            tuple(self._place_gain(one, number, epoch.first) for one in gains),
        )
        return self._found[number]

    def _place_gain(self, gain: Gain, number: int, first: int) -> Gain:
        """A step of gain of an epoch, by its number in the session."""
        i = first + gain.first
        return replace(gain, first=i, time_s=self._arrived[i].time_s, epoch=number)

    def _taken_out(self, epoch: EpochFeatures) -> list[Found]:
        """What the operator takes out of an epoch."""
        times_s = [q.time_s for q in self._of(epoch)]
        found: list[Found] = []
        for start_s, end_s in self.out_s:
            first, stop = np.searchsorted(times_s, (start_s, end_s)).tolist()
            if first < stop:
                places = epoch.first + first, epoch.first + stop
                found.append((*places, Cause.OPERATOR))
        return found

    def _is_out(self, start_s: float, end_s: float, cause: Cause) -> bool:
        """Whether a stretch is left out."""
        if cause == Cause.OPERATOR:
            return True
        taken_in = any(a <= end_s and start_s <= b for a, b in self.in_s)
        return self.rejects and not taken_in

    def _weigh(
        self, epoch: EpochFeatures, own: Sequence[Stretch], gains: Sequence[Gain]
    ) -> list[Quality]:
        """Qualities of an epoch with its stretches left out, as at its first gain."""
        arrived, skipped = self._of(epoch), np.zeros(len(epoch))
        for one in own:
            if one.left_out:
                skipped[one.first - epoch.first : one.stop - epoch.first] = 1.0
        places = np.arange(epoch.first, epoch.first + len(epoch))
        gain, water, worth = gain_at(gains, places)
        came = self._measured[epoch.first : epoch.first + len(epoch)]
        scales = zip(gain.tolist(), water.tolist(), strict=True)
        measured = [
            m if m is None or a == 1.0 else m.at_gain(a, w)
            for m, (a, w) in zip(came, scales, strict=True)
        ]
        found = list(arrived)
        if self.rejects:
            weighing = self._weighings.setdefault(
                epoch.first, Weighing(self.cycle_steps)
            )
            steps = epoch.steps
            stepped = gain * np.sqrt(worth)
            found = weighing.qualities(arrived, measured, steps, skipped, stepped)
        found = [
            q if a == 1.0 else replace(q, water=q.water / w, lipid=q.lipid / a)
            for q, a, w in zip(found, gain.tolist(), water.tolist(), strict=True)
        ]
        return [
            replace(q, weight=0.0, flags=(*q.flags, STRETCH)) if out else q
            for q, out in zip(found, skipped > 0, strict=True)
        ]

    def _of(self, epoch: EpochFeatures) -> list[Quality]:
        return self._arrived[epoch.first : epoch.first + len(epoch)]


def unlike(seen: Seen) -> list[Found]:
    """Stretches [first, stop) of an epoch that are unlike its good part."""
    if len(seen) < ENOUGH:
        return []
    compared = Comparison.of(seen)
    states, found, free = states_of(compared), list[Found](), 0
    for run in runs_of(~states.good):
        first, stop = refined(compared, states, run, (free, len(seen)))
        if first >= stop:
            continue
        free, cause = stop, cause_of(compared, states, slice(first, stop))
        found.append((int(seen.places[first]), int(seen.places[stop - 1]) + 1, cause))
    return found
