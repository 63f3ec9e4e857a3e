"""How acquisitions become FIDs, what the site's rules say, and what a series leaves."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from streams.errors import InputError
from streams.messages.scanner_counter import GAP
from streams.messages.transient import Event, Kind, Start, Transient
from streams.sources.checks.filled_points import LEAST_FILLED, filled_points
from streams.sources.mrd import connections, series, server, spill
from streams.sources.mrd.connections import (
    MOST_UNFINISHED_BYTES,
    Connection,
    hungriest,
    least_heard,
    scanner_among,
)
from streams.sources.mrd.echo_time import LEAST_S, MOST_S, SAME_S, echo_time_s
from streams.sources.mrd.fid import _oversampling, cropped, layout_of
from streams.sources.mrd.header import Header
from streams.sources.mrd.image import COMPLEX, carries_spectrum, decays
from streams.sources.mrd.messages import SET, Readout
from streams.sources.mrd.parser import IMAGE_HEAD_BYTES
from streams.sources.mrd.rules import SIEMENS_TICK_S, TICK_S, MrdRules
from streams.sources.mrd.series import CHANGED, MOST_STARTS, ScannerSession
from streams.sources.mrd.spill import SpillQueue

HEADER = b"""<ismrmrdHeader><experimentalConditions>
<H1resonanceFrequency_Hz>123250000</H1resonanceFrequency_Hz></experimentalConditions>
<encoding><encodingLimits>
<average><minimum>0</minimum><maximum>9</maximum></average>
<repetition><minimum>0</minimum><maximum>0</maximum></repetition>
</encodingLimits></encoding>
<sequenceParameters><TR>2000</TR><TE>30</TE></sequenceParameters></ismrmrdHeader>"""


def header(vector: int | None = None) -> Header:
    users = b"" if vector is None else (
        b"<userParameters><userParameterDouble><name>SpecVectorSize</name><value>%d"
        b"</value></userParameterDouble></userParameters>" % vector
    )  # fmt: skip
    return Header(
        "it", HEADER.replace(b"</ismrmrdHeader>", users + b"</ismrmrdHeader>")
    )


def readout(points: int = 64, coils: int = 2, **changes: object) -> Readout:
    rng = np.random.default_rng(points)
    values = rng.normal(size=(coils, points, 2)).astype(np.float32)
    one = Readout(
        flags=0, counter=0, stamp=1000, idx=(0,) * 17, discard_pre=0, discard_post=0,
        sample_time_us=250.0, points=values.view(np.complex64)[..., 0],
    )  # fmt: skip
    return replace(one, **changes)


# -- layout ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vector", "available", "before", "by_site", "found"),
    [
        (None, 100, 0, 0, (1, 100)),
        (None, 100, 0, 2, (2, 50)),
        (64, 128, 0, 0, (2, 64)),
        (64, 130, 0, 0, (2, 64)),  # a surplus is cut off
        (64, 131, 0, 0, (2, 64)),
        (64, 120, 8, 0, (2, 60)),  # they are missing at the end
        (64, 130, 0, 2, (2, 64)),
        (64, 140, 0, 2, (2, 70)),  # too many to be a surplus
        (64, 126, 0, 2, (2, 63)),
        (64, 64, 0, 0, (1, 64)),
        (64, 67, 0, 0, (1, 64)),
    ],
)
def test_points_that_are_kept(vector, available, before, by_site, found) -> None:
    rules = MrdRules(oversampling=by_site)
    assert _oversampling(header(vector), available, before, rules) == found


@pytest.mark.parametrize("available", [63, 68, 132, 100])
def test_points_that_fit_no_vector_are_refused(available) -> None:
    with pytest.raises(InputError, match="SpecVectorSize says 64"):
        _oversampling(header(64), available, 0, MrdRules())


@pytest.mark.parametrize(("length", "factor"), [(64, 2), (66, 2), (63, 3), (128, 4)])
def test_cropping_keeps_a_line_and_cuts_off_one_outside(length, factor) -> None:
    n = np.arange(length)
    kept = length // factor
    for bin_ in (0, 1, -1, (kept - 1) // 2, -(kept // 2)):
        line = np.exp(2j * np.pi * bin_ * n / length)[None]
        np.testing.assert_allclose(cropped(line, factor), line[:, ::factor], atol=1e-9)
    outside = np.exp(2j * np.pi * ((kept + 1) // 2) * n / length)[None]
    assert np.abs(cropped(outside, factor)).max() < 1e-9


def test_a_layout_is_that_of_its_first_acquisition() -> None:
    one = readout(64, discard_pre=2, discard_post=4)
    layout = layout_of(header(), one, MrdRules(skip_points=3))
    assert (layout.start, layout.stop, layout.received) == (5, 60, 64)
    assert layout.fits(one)
    for other in (
        readout(65, discard_pre=2, discard_post=4),
        readout(64, 3, discard_pre=2, discard_post=4),
        readout(64, discard_pre=3, discard_post=4),
        readout(64, discard_pre=2, discard_post=5),
        readout(64, discard_pre=2, discard_post=4, sample_time_us=125.0),
    ):
        assert not layout.fits(other)
    assert layout.fits(readout(64, discard_pre=2, discard_post=3))
    kept = layout.fid_of(one)
    np.testing.assert_array_equal(kept, one.points[:, 5:60].conj())
    as_sent = replace(layout, conjugate=False).fid_of(one)
    np.testing.assert_array_equal(as_sent, one.points[:, 5:60])


def test_points_before_the_top_are_said() -> None:
    def notes(skip: int, pre: int) -> str:
        one = header()
        layout_of(one, readout(discard_pre=pre), MrdRules(skip_points=skip))
        return " ".join(one.notes)

    assert "3 points before the top of the echo are cut off" in notes(3, 2)
    assert "before the top" not in notes(0, 2)


@pytest.mark.parametrize(
    "one",
    [
        readout(64, discard_post=63),
        readout(64, 0),
        readout(64, idx=(1, *16 * (0,))),
        readout(64, idx=(0, 1, *15 * (0,))),
    ],
)
def test_what_is_no_single_voxel_or_has_no_points_is_refused(one: Readout) -> None:
    with pytest.raises(InputError, match=r"several voxels or lines|without points"):
        layout_of(header(), one, MrdRules())


def test_averages_follow_each_other_more_slowly() -> None:
    one = header()
    found = layout_of(one, readout(thinned=2, averaged=5), MrdRules()).acquisition
    assert found.dwell_time_s == pytest.approx(2 * 250e-6)
    assert found.repetition_time_s == pytest.approx(10.0)
    assert any("a transient of 5 averages" in note for note in one.notes)
    plain = header()
    found = layout_of(plain, readout(), MrdRules()).acquisition
    assert found.repetition_time_s == 2.0
    assert not any("averages" in note for note in plain.notes)


@pytest.mark.parametrize(
    ("zeros", "found"),
    [
        (LEAST_FILLED, LEAST_FILLED),
        (LEAST_FILLED - 1, 0),
        (62, 62),
        (63, 0),
        (64, 0),
        (0, 0),
    ],
)
def test_zeros_that_were_filled_in(zeros: int, found: int) -> None:
    fids = readout(64).points.copy()
    fids[:, 64 - zeros :] = 0
    assert filled_points(fids) == found
    if 0 < zeros < 62:
        fids[1, 64 - zeros] = 1.0
        assert filled_points(fids) == (zeros - 1 if zeros > LEAST_FILLED else 0)


def test_zeros_are_left_out_of_what_is_announced() -> None:
    one = readout(64)
    one.points[:, 44:] = 0
    layout = layout_of(header(), one, MrdRules(oversampling=2))
    assert (layout.start, layout.stop) == (0, 44)
    assert layout.acquisition.points == 22
    assert layout.acquisition.dwell_time_s == pytest.approx(500e-6)


# -- the header and the rules ----------------------------------------------------------


@pytest.mark.parametrize(
    ("parts_ms", "otherwise_s", "found", "said"),
    [
        ([30.0], None, 0.030, ""),
        ([20.0, 10.0], None, 0.030, "the sum of 20 + 10 ms"),
        ([30.0], 0.030, 0.030, ""),
        ([30.0], 0.030 + 0.9 * SAME_S, 0.030 + 0.9 * SAME_S, ""),
        ([30.0], 0.035, 0.035, "has an echo time of 30 ms; 35 ms taken"),
        ([], 0.035, 0.035, "has no echo time; 35 ms taken"),
        ([1e3 * LEAST_S], None, LEAST_S, ""),
        ([1e3 * MOST_S], None, MOST_S, ""),
    ],
)
def test_echo_times(parts_ms, otherwise_s, found, said) -> None:
    notes: list[str] = []
    assert echo_time_s("it", parts_ms, otherwise_s, notes) == pytest.approx(found)
    assert len(notes) == bool(said)
    assert said in " ".join(notes)


@pytest.mark.parametrize("parts_ms", [[], [0.0], [30.0, 0.0], [40.0, -10.0], [1001.0]])
def test_echo_times_that_cannot_be(parts_ms) -> None:
    with pytest.raises(InputError, match="cannot be right"):
        echo_time_s("it", parts_ms, None, [])


def water(place: int = 5, idx: tuple[int, ...] = (0,) * 17, **rules: object) -> bool:
    return MrdRules(**rules).is_water(readout(idx=idx), place, header())


def test_which_transients_are_water() -> None:
    at_set = tuple(int(i == SET) * 3 for i in range(17))
    assert not water()
    assert water(water_set=3, idx=at_set)
    assert not water(water_set=3)
    assert [water(place, water_first=2) for place in range(3)] == [True, True, False]
    last = [place for place in range(12) if water(place, water_last=2)]
    assert last == [8, 9]  # of ten that are announced
    every = [place for place in range(9) if water(place, water_every=4)]
    assert every == [0, 4, 8]
    counted = tuple(int(i == 2) * 7 for i in range(17))
    by_counter = {"water_counter": "average", "water_value": 7}
    assert water(idx=counted, **by_counter)
    assert not water(**by_counter)
    assert not water(idx=counted, water_value=7)


def test_which_transients_are_nulled() -> None:
    counted = readout(idx=tuple(int(i == 9) * 2 for i in range(17)))
    rules = MrdRules(macromolecule_counter="user_0", macromolecule_value=2)
    assert rules.is_macromolecule(counted, header())
    assert not rules.is_macromolecule(readout(), header())
    assert not MrdRules(macromolecule_value=2).is_macromolecule(counted, header())


@pytest.mark.parametrize(
    "wrong",
    [
        {"oversampling": -1}, {"water_first": -1}, {"water_last": -1},
        {"water_every": -2}, {"water_every": 1}, {"water_counter": "x"},
        {"macromolecule_counter": "x"}, {"skip_points": -1}, {"skip_points": 1001},
        {"tick_s": 1.0}, {"tick_s": -0.1}, {"echo_time_s": 10.0},
        {"echo_time_s": -0.1}, {"idle_trs": 0.0}, {"idle_least_s": 0.0},
        {"external_level": -1}, {"external_least_s": 60.0},
        {"external_least_s": -0.1}, {"external_1": "x" * 65},
        {"external_2_end": "x" * 65},
    ],
    ids=str,
)  # fmt: skip
def test_rules_that_cannot_be(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"\[mrd\] in the protocol"):
        MrdRules(**wrong)


def test_ticks_and_silence() -> None:
    assert MrdRules().tick_of("SIEMENS Healthineers") == SIEMENS_TICK_S
    assert MrdRules().tick_of("Philips") == TICK_S
    assert MrdRules(tick_s=0.01).tick_of("siemens") == 0.01
    rules = MrdRules(idle_trs=20.0, idle_least_s=60.0)
    assert [rules.idle_s(tr) for tr in (None, 2.0, 5.0)] == [60.0, 60.0, 100.0]
    assert MrdRules().departures == ""
    assert MrdRules(water_first=2).departures == "water_first = 2"
    assert MrdRules(external_1_end="a").kinds(1) == ("trigger_1", "a")
    assert MrdRules(external_2_end="b").kinds(2) == ("trigger_2", "b")


def test_an_image_that_may_carry_a_spectrum() -> None:
    def content(kind: int = min(COMPLEX), x: int = 64, y: int = 1, z: int = 1) -> bytes:
        head = bytearray(IMAGE_HEAD_BYTES + 8)
        head[2:4] = kind.to_bytes(2, "little")
        for place, size in enumerate((x, y, z)):
            head[16 + 2 * place : 18 + 2 * place] = size.to_bytes(2, "little")
        return bytes(head)

    assert carries_spectrum(content())
    assert carries_spectrum(content(max(COMPLEX), 2048))
    for wrong in (
        content(5), content(x=63), content(y=2), content(z=2), content(y=2, z=2),
        content()[:-1],
    ):  # fmt: skip
        assert not carries_spectrum(wrong)


def test_a_fid_begins_strong_and_ends_weak() -> None:
    envelope = np.exp(-np.arange(64) / 16.0)
    assert decays(readout(points=64, coils=1)) is False
    falling = readout()
    assert decays(replace(falling, points=np.tile(envelope, (2, 1)) + 0j))
    rising = np.tile(envelope[::-1], (2, 1)) + 0j
    assert not decays(replace(falling, points=rising))


# -- a series --------------------------------------------------------------------------


def session(**rules: object) -> ScannerSession:
    one = ScannerSession(MrdRules(**rules))
    one.begin(header())
    return one


def bodies(one: ScannerSession, *several: Readout) -> list:
    return [
        body
        for k, r in enumerate(several)
        for body in one.readout(replace(r, stamp=1000 + 2000 * k), 2.0 * k)
    ]


def of_kind(found: list, kind: type) -> list:
    return [body for body in found if isinstance(body, kind)]


def numbered(several: list[Readout]) -> list[Readout]:
    return [replace(r, counter=10 + i) for i, r in enumerate(several)]


def test_acquisitions_that_are_missing_leave_a_gap_in_the_count() -> None:
    several = numbered([readout()] * 4)
    several[2:] = [replace(r, counter=r.counter + 3) for r in several[2:]]
    found = bodies(session(), *several)
    assert [t.count for t in of_kind(found, Transient)] == [0, 1, 5, 6]
    gaps = [e.text for e in of_kind(found, Event) if e.kind == GAP]
    assert gaps == ["3 acquisitions missing by the scanner's counter"]


def test_another_length_is_stray_or_a_change_of_them_all() -> None:
    usual, odd = readout(), readout(80)
    strays = [usual, *[odd] * (CHANGED - 1), usual, usual]
    found = bodies(session(), *numbered(strays))
    assert [t.fid.shape[1] for t in of_kind(found, Transient)] == [64] * 3
    assert len(of_kind(found, Start)) == 1
    said = [e.text for e in of_kind(found, Event) if "left out" in e.text]
    assert said == [
        "Acquisitions of 80 points and 2 coils are left out, the series has 64 and 2."
    ]
    found = bodies(session(), *numbered([usual, *[odd] * (CHANGED + 1)]))
    assert len(of_kind(found, Start)) == 2
    lengths = [t.fid.shape[1] for t in of_kind(found, Transient)]
    assert lengths == [64, *[80] * (CHANGED + 1)]
    mixed = [usual, odd, readout(90), odd, readout(90)]
    assert len(of_kind(bodies(session(), *numbered(mixed)), Start)) == 1


def test_acquisitions_that_keep_changing_are_no_series() -> None:
    several = [readout(64 + 8 * k) for k in range(MOST_STARTS + 2) for _ in range(3)]
    found = bodies(session(), *numbered(several))
    assert len(of_kind(found, Start)) == MOST_STARTS
    assert any("again and again" in e.text for e in of_kind(found, Event))


def test_noise_is_held_until_its_length_is_known() -> None:
    noise = 1 << (series.NOISE - 1)
    one = session()
    held = [replace(readout(), flags=noise), replace(readout(80), flags=noise)]
    assert bodies(one, *numbered(held)) == []
    found = bodies(one, readout())
    kinds = [t.kind for t in of_kind(found, Transient)]
    assert kinds == [Kind.METABOLITE, Kind.NOISE]
    later = bodies(one, replace(readout(), flags=noise))
    assert [t.kind for t in of_kind(later, Transient)] == [Kind.NOISE]
    (end,) = of_kind(list(one.end("closed")), Event)
    assert "1 noise of another length" in end.text
    assert list(one.end("closed")) == []
    assert list(one.readout(readout(), 0.0)) == []


# -- connections and what waits --------------------------------------------------------


def connected(**changes: object) -> Connection:
    one = Connection(SimpleNamespace(), "10.0.0.1", 0.0, 0.0)
    for name, value in changes.items():
        setattr(one, name, value)
    return one


def test_who_goes_first() -> None:
    scanner = connected(active=True)
    leaving = connected(leaving_s=1.0, spoke=True, heard_s=9.0)
    silent, spoke = connected(heard_s=8.0), connected(spoke=True, heard_s=1.0)
    lately = connected(spoke=True, heard_s=2.0)
    everybody = [scanner, lately, spoke, silent, leaving]
    for least in (leaving, silent, spoke, lately):
        assert least_heard(everybody) is least
        everybody.remove(least)
    assert least_heard(everybody) is None


def test_unfinished_messages_share_one_bound_but_for_the_scanners() -> None:
    def holding(count: int, **changes: object) -> Connection:
        return connected(parser=SimpleNamespace(held_bytes=count), **changes)

    half = MOST_UNFINISHED_BYTES // 2
    scanner = holding(10 * half, active=True)
    assert hungriest([scanner, holding(half), holding(half)]) is None
    most = holding(half + 1)
    assert hungriest([scanner, holding(half), most]) is most


def test_the_scanner_gives_way_to_its_own_address_once_it_is_silent(
    monkeypatch,
) -> None:
    monkeypatch.setattr(connections.time, "monotonic", lambda: 100.0)
    one = server.Receiver.__new__(server.Receiver)
    one._listening = SimpleNamespace(allows=lambda address: address != "10.0.0.9")
    silent = connected(active=True, heard_s=90.0, quiet_s=9.0)
    one._connections = [connected(), silent]
    assert scanner_among(one._connections) is silent
    assert silent.gives_way_to("10.0.0.1")
    assert not silent.gives_way_to("10.0.0.2")
    assert one._refusal("10.0.0.1") == ""
    assert "10.0.0.1 is connected" in one._refusal("10.0.0.2")
    assert "not among the allowed" in one._refusal("10.0.0.9")
    silent.quiet_s = 10.0
    assert not silent.gives_way_to("10.0.0.1")
    one._connections = [connected()]
    assert scanner_among(one._connections) is None
    assert one._refusal("10.0.0.2") == ""


def test_a_queue_goes_on_in_a_file_and_comes_back() -> None:
    queue: SpillQueue[int] = SpillQueue(10)
    for number, size in enumerate((4, 6, 3, 5, 0)):
        queue.put(number, bytes([number]) * size)
    assert (queue._held, queue._in_file, queue._end) == (10, 2, 8)
    assert queue.get(0.0) == (0, bytes(4))
    queue.put(5, b"x" * 4)  # there is room again
    assert (queue._held, queue._in_file) == (10, 2)
    found = [queue.get(0.0) for _ in range(5)]
    assert found == [
        (1, b"\1" * 6), (2, b"\2" * 3), (3, b"\3" * 5), (4, b""), (5, b"x" * 4),
    ]  # fmt: skip
    assert (queue._held, queue._in_file, queue._end) == (0, 0, 0)
    assert queue.get(0.0) is None
    assert queue.problem == ""
    queue.put(6, bytes(11))
    queue.close()
    assert len(queue) == 0
    assert queue._file is None


def test_a_queue_without_a_file_goes_on_in_memory(monkeypatch) -> None:
    def refuse(**_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(spill.tempfile, "TemporaryFile", refuse)
    queue: SpillQueue[int] = SpillQueue(3)
    queue.put(0, bytes(5))
    assert "(No space left on device)" in queue.problem
    assert queue.get(0.0) == (0, bytes(5))
