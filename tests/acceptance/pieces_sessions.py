"""Simulated sessions in pieces: what the course says of them against the truth.

A session has 160 transients (TR 2 s) of reference period and 320 of infusion; voxel,
shim, basis set and what the fit does not know are those of `change_sessions`.  Kinds:

    whole     uninterrupted
    blocks    five series of 96, pauses of 1 to 4 min, in which the field drifts on
    reshim    the same; before one of the blocks the scanner shims anew and says nothing
              of it: the line 0.2 to 2 Hz wider or narrower (6 to 10 Hz), another
              asymmetry, the frequency within 6 Hz
    apart     reference and infusion are two series, shimmed anew between them
    moved     the same, and the voxel lies 6 mm elsewhere, as its header says: other
              coils, levels within 3 % (SD)

`-null` has no change of the outcome, else Glu and Gln change by 6 to 14 % (`mixed`).
"""

from dataclasses import replace

import numpy as np
from change_sessions import fids_of, followed, truth_of
from change_sessions import scenario_of as whole_of

from streams.messages.transient import Start, number
from streams.simulator.plan import MovedVoxel
from streams.simulator.scanner import scan
from streams.simulator.scenario import Scenario
from streams.voxel.place import VoxelPlace

TR_S, REFERENCE, INFUSION, BLOCKS = 2.0, 160, 320, 5
OUTCOMES = ("Glx/tNAA", "Glu/tCr")
PLACES = [2, 3]
"""Of `OUTCOMES` among those of `change_sessions`."""
SEED = 9_000_000


def scenario_of(kind: str, seed: int) -> Scenario:
    """One session of a kind; the same seed has the same brain, noise and course."""
    kind, _, how = kind.partition("-")
    base = whole_of("null" if how == "null" else "mixed", 50_000 + seed)
    random = np.random.default_rng([SEED, seed])
    first = replace(base.series[0], transients=REFERENCE + INFUSION)
    pieces = (first,)
    if kind in ("blocks", "reshim"):
        pieces = _blocks(first, random, again=kind == "reshim")
    elif kind in ("apart", "moved"):
        pieces = _two(first, random, moved=kind == "moved")
    series = tuple(pieces)
    start_s = _time_of(series, REFERENCE)
    stop_s = _time_of(series, REFERENCE + INFUSION) + 1
    events = tuple(
        replace(e, time_s=start_s - 1 if e.kind == "infusion_start" else stop_s)
        for e in base.events
    )
    return replace(base, series=series, events=events, seed=SEED + seed)


def _blocks(first, random, again: bool):
    length = first.transients // BLOCKS
    pauses = random.uniform(60.0, 240.0, BLOCKS - 1)
    pieces = [replace(first, transients=length)]
    for k, pause_s in enumerate(pauses.tolist()):
        pieces.append(
            replace(
                pieces[-1], pause_s=pause_s, water_frames=0, noise_frames=0,
                shift_hz=None,
            )
        )  # fmt: skip
        if again and k == int(pauses[0] * 1e6) % (BLOCKS - 1):
            pieces[-1] = shimmed(pieces[-1], random)
    return pieces


def _two(first, random, moved: bool):
    one = replace(first, transients=REFERENCE)
    pause_s = float(random.uniform(60.0, 240.0))
    other = shimmed(replace(one, transients=INFUSION, pause_s=pause_s), random)
    if moved:
        names = ("Glu", "Gln", "NAA", "Cr", "PCr", "GPC", "PCh", "mI", "MM")
        levels = np.exp(0.03 * random.standard_normal(len(names)))
        levels = dict(zip(names, levels.tolist(), strict=True))
        other = replace(other, moved=MovedVoxel(levels, 0.1))
    return one, other


def shimmed(series, random):
    """A series after a shim of which nothing is said."""
    size = float(random.uniform(0.2, 2.0) * random.choice([-1, 1]))
    if not 6.0 <= series.fwhm_hz + size <= 10.0:
        size = -size
    return replace(
        series, fwhm_hz=series.fwhm_hz + size, shift_hz=float(random.uniform(-6, 6)),
        asymmetry=float(random.uniform(0.0, 0.6)),
    )  # fmt: skip


def _time_of(series, transients: int) -> float:
    """When so many metabolite transients have been excited, s."""
    time_s = 0.0
    for one in series:
        time_s += one.pause_s + TR_S * (one.noise_frames + one.water_frames)
        if transients < one.transients:
            return time_s + TR_S * transients
        transients -= one.transients
        time_s += TR_S * one.transients
        if transients == 0 and one is series[-1]:
            return time_s
    return time_s


def run(kind: str, seed: int):
    """A session through the whole chain: scenario, pipeline, and its last update."""
    scenario = scenario_of(kind, seed)
    messages = number(scan(scenario, fids_of("mixed")))
    return scenario, *followed(_placed(messages, scenario), "mixed", step=8)


def _placed(messages, scenario: Scenario):
    """Headers that say where the voxel lies."""
    series = iter(scenario.series)
    for message in messages:
        body = message.body
        if isinstance(body, Start):
            centre_mm = (6.0 if next(series).moved else 0.0, 0.0, 0.0)
            place = VoxelPlace(centre_mm, ((1, 0, 0), (0, 1, 0), (0, 0, 1)))
            acquisition = replace(body.acquisition, voxel_place=place)
            message = replace(message, body=replace(body, acquisition=acquisition))
        yield message


def truth(scenario: Scenario, times_s: np.ndarray) -> np.ndarray:
    """True changes (n, outcomes) of the brain, where the voxel lay at first."""
    return truth_of(scenario, times_s)[:, PLACES]
