"""Sessions with something wrong in them, message by message through the pipeline.

Each one must come to its end, say what was wrong, and give finite estimates from what
is left.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pytest

from monitor.analysis.pipeline import Pipeline
from monitor.analysis.update import Update
from monitor.basis.files import load_basis
from monitor.protocol.read_protocol import read_protocol
from streams.messages.transient import Body, End, Event, Kind, Start, Transient, number
from streams.simulator.scanner import scan
from streams.simulator.scenario_file import read_scenario

COILS, COUNT = 4, 40


@dataclass
class Played:
    """A session after its end."""

    pipeline: Pipeline
    updates: list[Update]

    @property
    def notes(self) -> str:
        return " ".join(note.text for u in self.updates for note in u.notes)

    @property
    def flags(self) -> list[tuple[str, ...]]:
        return [q.flags for q in self.pipeline.course.qualities]

    @property
    def weights(self) -> list[float]:
        return [q.weight for q in self.pipeline.course.qualities]


@lru_cache(maxsize=1)
def protocol():
    settings = replace(read_protocol("press_3t_te30"), window=16, step=8)
    return settings, load_basis(settings.basis)


@lru_cache(maxsize=1)
def scanned() -> list[Body]:
    """A plain session of the virtual scanner: water frame, then 80 transients."""
    base = read_scenario("null")
    series = replace(
        base.series[0], transients=2 * COUNT, water_frames=1, noise_frames=0
    )
    plan = replace(base.acquisition, coils=COILS)
    plain = base.without("motion", "narrowing")
    return list(
        scan(replace(plain, series=(series,), acquisition=plan, events=(), courses={}))
    )


def frames(kind: Kind) -> list[np.ndarray]:
    return [
        np.array(b.fid)
        for b in scanned()
        if isinstance(b, Transient) and b.kind == kind
    ]


@pytest.fixture
def fids() -> list[np.ndarray]:
    """The first half of the session, past the approach to the steady state."""
    return frames(Kind.METABOLITE)[5 : COUNT + 5]


@pytest.fixture
def strongest(fids: list[np.ndarray]) -> int:
    return int(np.argmax(np.abs(np.mean(fids, axis=0)[:, :50]).sum(axis=1)))


@pytest.fixture
def play() -> Callable[..., Played]:
    acquisition = next(b for b in scanned() if isinstance(b, Start)).acquisition

    def bodies(
        fids: list[np.ndarray], waters: list[np.ndarray], events: list[Event]
    ) -> Iterator[Body]:
        yield Start(acquisition, "test", "press_3t_te30")
        for k, fid in enumerate(waters):
            yield Transient(k, 0.0, Kind.WATER, fid)
        for k, fid in enumerate(fids):
            yield from (e for e in events if 2.0 * (k - 1) < e.time_s <= 2.0 * k)
            yield Transient(len(waters) + k, 2.0 * k, Kind.METABOLITE, fid)
        yield End(len(waters) + len(fids), "complete")

    def played(
        fids: list[np.ndarray],
        waters: list[np.ndarray] | None = None,
        events: list[Event] | None = None,
        live: bool = False,
        epoch_of: Callable[[int], int] | None = None,
    ) -> Played:
        settings, basis = protocol()
        pipeline = Pipeline(settings, basis)
        pipeline.live = live
        messages = number(bodies(fids, waters or [], events or []))
        if epoch_of is not None:
            messages = (replace(m, epoch=epoch_of(m.seq)) for m in messages)
        return Played(pipeline, [pipeline.push(message) for message in messages])

    return played


def usable(found: Played, changed: bool = False) -> None:
    """Ended, and every window finite; changes too where asked for."""
    last = found.updates[-1]
    assert last.ended == "complete"
    assert last.course
    for estimate in last.course:
        assert np.isfinite(list(estimate.values.values())).all()
        assert not changed or np.isfinite(estimate.changes_percent["Glx/tNAA"])


Play = Callable[..., Played]


def test_a_sound_session(play: Play, fids: list[np.ndarray]) -> None:
    found = play(fids)
    usable(found)
    assert min(found.weights) > 0.3
    assert not found.pipeline.refused


@pytest.mark.parametrize("live", [True, False])
def test_an_epoch_that_nothing_began(
    play: Play, fids: list[np.ndarray], live: bool
) -> None:
    found = play(fids, live=live, epoch_of=lambda seq: int(seq > COUNT // 2))
    usable(found)
    assert {q.epoch for q in found.pipeline.course.qualities} == {0, 1}


@pytest.mark.parametrize("live", [True, False])
def test_every_coil_zero_throughout(
    play: Play, fids: list[np.ndarray], live: bool
) -> None:
    found = play([np.zeros_like(f) for f in fids], live=live)
    assert "No transient holds a signal" in found.notes
    assert found.updates[-1].ended == "complete"
    assert set(found.flags) == {("empty",)}
    assert set(found.weights) == {0.0}


@pytest.mark.parametrize("places", [(0,), (20,), (0, 1, 2, 17)])
def test_a_fid_of_zeros(
    play: Play, fids: list[np.ndarray], places: tuple[int, ...]
) -> None:
    for k in places:
        fids[k] = np.zeros_like(fids[k])
    found = play(fids)
    usable(found)
    assert [k for k, f in enumerate(found.flags) if f == ("empty",)] == list(places)


def test_a_dead_coil(play: Play, fids: list[np.ndarray], strongest: int) -> None:
    for fid in fids:
        fid[strongest] = 0
    found = play(fids)
    usable(found)
    assert min(found.weights) > 0.3


def test_a_coil_that_dies_in_mid_session(
    play: Play, fids: list[np.ndarray], strongest: int
) -> None:
    for fid in fids[25:]:
        fid[strongest] = 0
    found = play(fids)
    usable(found)
    amplitudes = np.array([q.amplitude for q in found.pipeline.course.qualities])
    assert np.mean(amplitudes[25:]) == pytest.approx(np.mean(amplitudes[:25]), rel=0.1)
    assert np.mean(np.array(found.weights[25:]) < 0.5) < 0.2


BAD_WATER = {
    "coils": (lambda: np.ones((3, 512), np.complex64), "has 3 coils, the series 4"),
    "zeros": (lambda: np.zeros((COILS, 512), np.complex64), "water reference is zero"),
}


@pytest.mark.parametrize("name", BAD_WATER)
def test_a_bad_water_reference(play: Play, fids: list[np.ndarray], name: str) -> None:
    make, sentence = BAD_WATER[name]
    found = play(fids, waters=[make()])
    usable(found)
    assert sentence in found.notes
    assert found.pipeline.refused == 1
    assert found.pipeline.course.water is None


def test_a_reference_period_of_one_transient(
    play: Play, fids: list[np.ndarray]
) -> None:
    found = play(fids, events=[Event(4.0, "reference", "0:1", "operator")])
    usable(found, changed=True)


def test_a_saturated_transient(play: Play, fids: list[np.ndarray]) -> None:
    limit = 0.3 * float(np.abs(fids[20].real).max())
    clipped = np.clip(fids[20].real, -limit, limit)
    fids[20] = (clipped + 1j * fids[20].imag).astype(np.complex64)
    found = play(fids)
    usable(found)
    assert "saturated" in found.flags[20]
    assert found.weights[20] == 0.0


@pytest.mark.parametrize("live", [True, False])
def test_other_shapes_are_refused_and_named(
    play: Play, fids: list[np.ndarray], live: bool
) -> None:
    fids[11] = fids[11][:2]
    fids[12] = fids[12][:, :100]
    found = play(fids, live=live)
    usable(found)
    assert found.pipeline.refused == 2
    assert "(2, 1024)" in found.notes
    assert "(4, 100)" in found.notes
    steps = found.pipeline.intake.judge._epochs[0].steps
    assert steps == [k for k in range(COUNT) if k not in (11, 12)]


def test_nothing_straddles_a_re_shim(play: Play, fids: list[np.ndarray]) -> None:
    """Weights, template and scale are made anew; amplitudes have no common gain."""
    second = [
        (0.6 * fid[::-1]).astype(np.complex64)
        for fid in frames(Kind.METABOLITE)[COUNT:]
    ]
    events = [
        Event(60.0, "reference", "0:60", "operator"),
        Event(79.0, "re-shim", "", "operator"),
    ]
    found = play(fids + second, events=events)
    usable(found, changed=True)
    course = found.updates[-1].course
    assert {e.epoch for e in course} == {0, 1}
    edge_s = 2.0 * COUNT - 1
    assert all((e.time_end_s < edge_s) or (e.time_start_s > edge_s) for e in course)
    for estimate in course:
        same = estimate.epoch == 0
        for name in ("Glu", "Glx", "tNAA", "tCr"):
            assert np.isfinite(estimate.changes_percent[name]) == same
            assert np.isfinite(estimate.change_sds_percent[name]) == same
    ratios = [[e.values["Glx/tNAA"] for e in course if e.epoch == n] for n in (0, 1)]
    assert np.mean(ratios[1]) == pytest.approx(np.mean(ratios[0]), rel=0.15)
    amplitudes = [q.amplitude for q in found.pipeline.course.qualities]
    assert np.mean(amplitudes[COUNT:]) == pytest.approx(1.0, abs=0.1)
    assert np.mean(np.array(found.weights[COUNT:]) < 0.5) < 0.1


def test_water_of_each_epoch_is_its_own(play: Play, fids: list[np.ndarray]) -> None:
    found = play(
        fids + fids, waters=frames(Kind.WATER), events=[Event(79.0, "re-shim")]
    )
    usable_values = [(e.epoch, e.values["NAA/water"]) for e in found.updates[-1].course]
    assert all(np.isfinite(v) == (epoch == 0) for epoch, v in usable_values)


def test_whoever_follows_a_session_knows_what_each_transient_is_worth(
    play: Play,
) -> None:
    """Broad lines for a while: the first of them count until they are known."""
    fids = frames(Kind.METABOLITE)[5:]
    dwell_s = 0.5e-3
    fade = np.exp(-np.pi * 12.0 * dwell_s * np.arange(fids[0].shape[1]))
    for k in range(40, 55):
        fids[k] = fids[k] * fade
    found = play(fids, live=True)
    held: list[float] = []
    for update in found.updates:
        held += [update.quality.weight] if update.quality else []
        if update.qualities is not None:
            held = [q.weight for q in update.qualities]
        if update.quality and update.quality.index == 60:
            assert max(held[41:54]) == 0.0
    assert held == found.weights
