"""The first transients of an epoch, prepared together.

They make the template that they are aligned to, and the memories that later ones are
judged by: each is done three times, so that a bad first one does not bend the rest.
Where steps of the phase cycle differ by more than they share (`steps_apart`), they are
aligned without what is their step's own, and so is the first template.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from monitor.analysis.preparation import weights
from monitor.analysis.preparation.cycle import Cycle
from monitor.analysis.preparation.epoch import Epoch, Place
from monitor.analysis.preparation.glance import Glance, glances
from monitor.analysis.preparation.navigator import Navigator
from monitor.analysis.preparation.prepared import Prepared
from monitor.analysis.preparation.registration import Registration
from monitor.analysis.preparation.steps_apart import steps_apart
from monitor.analysis.preparation.template import Template
from monitor.analysis.preparation.verdict import measures_of, prepared_of
from monitor.analysis.signal.spectrum import Complex
from monitor.protocol.settings import Settings

TIMES = 3


def settle(state: Epoch, settings: Settings, frozen: bool) -> Prepared:
    """Make coil weights and template from the first transients together.

    The last of them, with all of them anew in `redone`; `frozen`: the reference period
    has ended.
    """
    first, state.first = state.first or [], None
    places, fids = [place for place, _ in first], [fid for _, fid in first]
    if any(fid.ndim == 1 for fid in fids):  # prepared once more: they were combined
        unaligned = [np.asarray(fid, complex) for fid in fids]
    else:
        unaligned = state.combination.settle(fids)
    anew = prepared_together(state, settings, places, unaligned)
    if frozen:
        state.template.freeze()
    return replace(anew[-1], redone=tuple(anew))


def prepared_together(
    state: Epoch, settings: Settings, places: Sequence[Place], fids: Sequence[Complex]
) -> list[Prepared]:
    """Prepare combined FIDs (points,); the epoch's state is made anew from them."""
    seen = glances(np.stack(fids), state.axis)
    freed = _free_of_steps(state, places, seen, ())
    if freed is not seen:
        state.template = Template.empty(state.axis)
        for one in freed:
            state.template.push(one.fid)
    for _ in range(TIMES):
        found = [state.register(one)[0] for one in freed]
        measures = [measures_of(one, state.axis) for one in found]
        judged = _judge(state, places, measures)
        each = zip(places, seen, found, judged, measures, strict=True)
        anew = [
            prepared_of(
                p, x, state.navigator.corrected(p.step, f), j, m, state, settings
            )
            for p, x, f, j, m in each
        ]
        state.retemplate(anew)
        _learn(state, places, found, judged)
        if freed is not seen:
            freed = _free_of_steps(state, places, seen, found)
            state.follow(found)
    state.kind = weights.Kind(state.kind.cycle_steps)
    state.cycle = Cycle(state.axis, state.kind.cycle_steps)
    for p, x, f, m, j in zip(places, fids, found, measures, judged, strict=True):
        if _counts(p):
            state.kind.push(p.step, m, j)
            state.cycle.push(p.step, state.moved_back(x, f), j.weight)
    return anew


def _free_of_steps(
    state: Epoch,
    places: Sequence[Place],
    seen: list[Glance],
    found: Sequence[Registration],
) -> list[Glance]:
    """Transients without what towers in their step alone; as they are if nothing does.

    `found` is where they lie against the template; empty: all in one place.
    """
    count, steps = state.kind.cycle_steps, [place.step for place in places]
    if count == 1:
        return seen
    fids = np.stack([one.fid for one in seen])
    if found:
        each = zip(fids, found, strict=True)
        fids = np.stack([state.moved_back(fid, at) for fid, at in each])
    apart = steps_apart(state.axis, count, steps, fids)
    if apart is None:
        return seen
    own = [apart[step % count] for step in steps]
    if found:
        each = zip(own, found, strict=True)
        own = [state.moved_to(one, at) for one, at in each]
    return [
        replace(free, noise_sd=one.noise_sd)
        for one, free in zip(
            seen,
            glances(np.stack([one.fid for one in seen]) - np.stack(own), state.axis),
            strict=True,
        )
    ]


def _counts(place: Place) -> bool:
    return not (place.settling or place.saturated)


def _judge(
    state: Epoch, places: Sequence[Place], measures: Sequence[weights.Measures]
) -> list[weights.Judgement]:
    """Judge them by those of them that count."""
    kind = weights.Kind(state.kind.cycle_steps)
    for place, m in zip(places, measures, strict=True):
        if _counts(place):
            kind.remember(place.step, m)
    return [kind.judge(p.step, m) for p, m in zip(places, measures, strict=True)]


def _learn(
    state: Epoch,
    places: Sequence[Place],
    found: list[Registration],
    judged: Sequence[weights.Judgement],
) -> None:
    """Learn from them how the line varies, and what the water tells."""
    state.shape = state.shape.settled_on(found)
    state.navigator = Navigator(state.kind.cycle_steps)
    for place, one, judgement in zip(places, found, judged, strict=True):
        if _counts(place) and judgement.counts:
            state.shape.push(one)
            state.navigator.push(place.step, one)
