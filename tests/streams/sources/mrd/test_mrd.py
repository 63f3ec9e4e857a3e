"""The scanner's side: an MRD client sends, bodies and recordings hold what it sent."""

import contextlib
import queue
import struct
import threading
import time

import mrd_sender as mrd
import numpy as np
import pytest

from streams.messages.transient import Event, Kind, Start, Transient
from streams.sources.mrd.address import Listening
from streams.sources.mrd.rules import MrdRules
from streams.sources.mrd.source import MrdSource


class Taken:
    """Bodies of a source that runs in a thread of its own."""

    def __init__(self, source, stop):
        self.bodies, self._stop, self.port = [], stop, source.port
        self._queue = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, args=(source,))
        self._thread.start()

    def _run(self, source):
        for body in source.bodies(self._stop):
            self._queue.put(body)
        self._queue.put(None)

    def until(self, condition, timeout_s=60.0):
        deadline = time.monotonic() + timeout_s
        while not condition(self.bodies):
            with contextlib.suppress(queue.Empty):
                body = self._queue.get(timeout=0.05)
                if body is not None:
                    self.bodies.append(body)
            assert time.monotonic() < deadline, self.bodies
        return self.bodies

    def series(self, count=1):
        return self.until(lambda bodies: len(events(bodies, "series_end")) >= count)

    def finish(self):
        self._stop.set()
        self._thread.join(60)
        while not self._queue.empty():
            body = self._queue.get()
            if body is not None:
                self.bodies.append(body)
        return self.bodies


@contextlib.contextmanager
def listening(rules=None, allow="", **options):
    stop = threading.Event()
    source = MrdSource(Listening.parse("127.0.0.1:0", allow), rules, **options)
    taken = Taken(source, stop)
    try:
        yield taken
    finally:
        taken.finish()


def events(bodies, kind):
    return [b for b in bodies if isinstance(b, Event) and b.kind == kind]


def notes(bodies):
    """Notes but those that every series begins with."""
    usual = ("no nucleus is named", "Samples: points")
    found = events(bodies, "note")
    return [e.text for e in found if not any(part in e.text for part in usual)]


def transients(bodies):
    return [b for b in bodies if isinstance(b, Transient)]


def starts(bodies):
    return [b for b in bodies if isinstance(b, Start)]


def expected(samples, factor=2):
    """The stated steps, written down once more."""
    spectrum = np.fft.fft(samples.astype(np.complex128), axis=-1)
    n = samples.shape[-1]
    half = n // factor
    middle = np.delete(spectrum, np.arange(half // 2, n - half // 2), axis=-1)
    return (np.fft.ifft(middle, axis=-1) / factor).astype(np.complex64).conj()


def test_a_series_as_sent_bit_by_bit():
    with listening() as taken:
        messages = [mrd.acquisition_bytes(n) for n in range(6)]
        said = mrd.send(taken.port, mrd.opening(), *messages)
        bodies = taken.series()
    assert said == mrd.CLOSE
    (start,) = starts(bodies)
    assert start.acquisition.points == 64
    assert start.acquisition.coils == 2
    assert start.acquisition.dwell_time_s == 5e-4
    assert start.acquisition.echo_time_s == pytest.approx(0.03)
    assert start.acquisition.repetition_time_s == 2.0
    assert start.acquisition.spectrometer_frequency_mhz == 123.25
    got = transients(bodies)
    assert [t.count for t in got] == list(range(6))
    assert [t.time_s for t in got] == [800 * n * 2.5e-3 for n in range(6)]
    for n, transient in enumerate(got):
        assert transient.kind is Kind.METABOLITE
        np.testing.assert_array_equal(transient.fid, expected(mrd.received(n)))
    (end,) = events(bodies, "series_end")
    assert end.text == "closed by the scanner (not recorded: 1 config file): " + (
        "6 transients of 6 announced"
    )


def test_the_recording_says_what_was_done_to_samples():
    with listening(MrdRules(water_first=1, conjugate=False)) as taken:
        mrd.send(taken.port, mrd.opening(), mrd.acquisition_bytes(0))
        bodies = taken.series()
    assert any(
        e.text == "Samples: points 0 to 128 of 128 kept, 2-fold oversampling removed, "
        "not conjugated; rules: conjugate = False, water_first = 1."
        for e in events(bodies, "note")
    )


def test_oversampling_keeps_lines_and_amplitudes():
    points, dwell_s = 1024, 2.5e-4
    t = np.arange(2 * points) * dwell_s
    wanted = np.exp((2j * np.pi * 250 - 20) * t)  # conjugated on arrival
    with listening() as taken:
        message = mrd.acquisition_bytes(0, wanted[None].astype(np.complex64))
        mrd.send(taken.port, mrd.opening(points=points, received=2 * points), message)
        (transient,) = transients(taken.series())
    clean = wanted[::2].conj()
    middle = slice(50, -50)
    np.testing.assert_allclose(transient.fid[0, middle], clean[middle], atol=0.02)


def test_what_is_not_oversampled_is_only_conjugated():
    with listening() as taken:
        samples = mrd.received(3, points=64)
        mrd.send(taken.port, mrd.opening(), mrd.acquisition_bytes(0, samples))
        (transient,) = transients(taken.series())
    np.testing.assert_array_equal(transient.fid, samples.conj())


def test_no_conjugation_where_the_rules_say_so():
    with listening(MrdRules(conjugate=False)) as taken:
        samples = mrd.received(3, points=64)
        mrd.send(taken.port, mrd.opening(), mrd.acquisition_bytes(0, samples))
        (transient,) = transients(taken.series())
    np.testing.assert_array_equal(transient.fid, samples)


def test_points_to_discard_are_cut_off():
    samples = mrd.received(1, points=128 + 7 + 4)
    with listening() as taken:
        message = mrd.acquisition_bytes(0, samples, discard_pre=7, discard_post=4)
        mrd.send(taken.port, mrd.opening(), message)
        (transient,) = transients(taken.series())
    np.testing.assert_array_equal(transient.fid, expected(samples[:, 7:-4]))


def test_points_beyond_the_vector_are_cut_and_that_is_said():
    with listening() as taken:
        samples = mrd.received(1, points=130)
        mrd.send(taken.port, mrd.opening(), mrd.acquisition_bytes(0, samples))
        bodies = taken.series()
    np.testing.assert_array_equal(transients(bodies)[0].fid, expected(samples[:, :128]))
    assert any("2 points beyond 2 x 64" in text for text in notes(bodies))


@pytest.mark.parametrize(
    ("changes", "message", "reason"),
    [
        ({"dwell": mrd.DWELL_MS.format(0.5)}, {}, "contradicts sample_time_us"),
        ({"te": ""}, {}, "has no sequenceParameters/TE"),
        ({"points": 100}, {}, "SpecVectorSize says 100"),
        ({"lines": 16}, {}, "only single-voxel"),
        ({}, {"sample_time_us": 0.0}, "has no dwell time"),
        ({"points": "many"}, {}, "SpecVectorSize = many is no number"),
    ],
)
def test_a_series_that_cannot_be_understood_is_refused_aloud(changes, message, reason):
    with listening() as taken:
        count = [mrd.acquisition_bytes(n, **message) for n in range(3)]
        said = mrd.send(taken.port, mrd.opening(**changes), *count)
        bodies = taken.series()
    assert said == mrd.CLOSE
    assert not transients(bodies)
    (refused,) = events(bodies, "series_refused")
    assert reason in refused.text
    assert "3 not understood" in events(bodies, "series_end")[0].text


def test_a_refused_series_is_kept_and_can_be_sent_again(tmp_path):
    """Without its subject; with the echo time in the protocol it is recorded."""
    recording = tmp_path / "visit.mcap"
    acquisitions = [mrd.acquisition_bytes(n) for n in range(4)]
    wave = mrd.framed(1026, mrd.waveform([0, 1, 1], 1000 + 800))
    with listening(recording=recording) as taken:
        for _ in range(2):
            mrd.send(taken.port, mrd.opening(te=""), *acquisitions, wave)
        bodies = taken.series(2)
    assert not transients(bodies)
    assert "*.refused-1.mrd" in notes(bodies)[0]  # no name of a file
    kept = [tmp_path / f"visit.refused-{n}.mrd" for n in (1, 2)]
    content = kept[0].read_bytes()
    assert content == kept[1].read_bytes()
    assert content.endswith(b"".join(acquisitions) + wave + mrd.CLOSE)
    assert b"Testperson" not in content
    assert b"1970-02-03" not in content
    with listening(MrdRules(echo_time_s=0.03)) as taken:
        with mrd.connect(taken.port) as client:
            client.sendall(content)
            assert mrd.answer(client) == mrd.CLOSE
        got = transients(taken.series())
    assert [t.count for t in got] == [0, 1, 2, 3]
    np.testing.assert_array_equal(got[3].fid, expected(mrd.received(3)))


def test_a_refused_series_that_cannot_be_kept(tmp_path):
    with listening(recording=tmp_path / "none" / "visit.mcap") as taken:
        mrd.send(taken.port, mrd.opening(te=""), mrd.acquisition_bytes(0))
        bodies = taken.series()
    assert any("NOT KEPT" in text for text in notes(bodies))


def test_the_dwell_time_in_us_of_parameter_maps():
    dwell = mrd.DWELL_MS.format(250).replace("DwellTime_0", "dwellTime")
    with listening() as taken:
        mrd.send(taken.port, mrd.opening(dwell=dwell), mrd.acquisition_bytes(0))
        (start,) = starts(taken.series())
    assert start.acquisition.dwell_time_s == 5e-4


def test_an_echo_time_from_the_protocol():
    with listening(MrdRules(echo_time_s=0.035)) as taken:
        mrd.send(taken.port, mrd.opening(te=""), mrd.acquisition_bytes(0))
        bodies = taken.series()
    assert starts(bodies)[0].acquisition.echo_time_s == 0.035
    assert any("taken from the protocol" in text for text in notes(bodies))


def test_navigators_and_dummies_are_left_out_and_counted():
    flags = [(27,), (27,), (23,), (), (24,), (), (26,), (28,), (20,)]
    with listening() as taken:
        messages = [mrd.acquisition_bytes(n, flags=f) for n, f in enumerate(flags)]
        mrd.send(taken.port, mrd.opening(), *messages)
        bodies = taken.series()
    assert [t.count for t in transients(bodies)] == [0, 1]
    text = events(bodies, "series_end")[0].text
    for counted in ("2 dummy", "1 navigator", "1 phase correction", "2 feedback"):
        assert counted in text
    assert not events(bodies, "gap")


def test_noise_like_the_others_is_kept_as_noise():
    with listening() as taken:
        messages = [
            mrd.acquisition_bytes(0, flags=(19,)),
            mrd.acquisition_bytes(1, mrd.received(1, points=32), flags=(19,)),
            mrd.acquisition_bytes(2),
            mrd.acquisition_bytes(3, flags=(19,)),
        ]
        mrd.send(taken.port, mrd.opening(), *messages)
        bodies = taken.series()
    kinds = [(t.kind, t.time_s) for t in transients(bodies)]
    assert kinds == [(Kind.METABOLITE, 0.0), (Kind.NOISE, -4.0), (Kind.NOISE, 2.0)]
    assert "1 noise of another length" in events(bodies, "series_end")[0].text


@pytest.mark.parametrize(
    ("rules", "kind", "told"),
    [
        (MrdRules(water_first=2), Kind.WATER, [0, 1]),
        (MrdRules(water_set=1), Kind.WATER, [1, 3]),
        (MrdRules(water_protocol="SE_30"), Kind.WATER, [0, 1, 2, 3]),
        (MrdRules(water_protocol="wref"), Kind.WATER, []),
        (MrdRules(macromolecule_protocol="se_30"), Kind.MACROMOLECULE, [0, 1, 2, 3]),
        (MrdRules(macromolecule_protocol="nulled"), Kind.MACROMOLECULE, []),
        (
            MrdRules(macromolecule_counter="set", macromolecule_value=1),
            Kind.MACROMOLECULE,
            [1, 3],
        ),
    ],
)
def test_what_a_transient_is_by_rule(rules, kind, told):
    with listening(rules) as taken:
        messages = [mrd.acquisition_bytes(n, idx={"set": n % 2}) for n in range(4)]
        mrd.send(taken.port, mrd.opening(), *messages)
        got = transients(taken.series())
    assert [n for n, t in enumerate(got) if t.kind is kind] == told


def test_acquisitions_that_the_counter_misses_are_a_gap():
    with listening() as taken:
        messages = [mrd.acquisition_bytes(n) for n in (0, 1, 4, 5)]
        mrd.send(taken.port, mrd.opening(), *messages)
        bodies = taken.series()
    assert [t.count for t in transients(bodies)] == [0, 1, 4, 5]
    assert [e.text[:22] for e in events(bodies, "gap")] == ["2 acquisitions missing"]


def test_a_run_over_midnight():
    first = 34_560_000 - 1600
    with listening() as taken:
        messages = [mrd.acquisition_bytes(n, first=first) for n in range(5)]
        mrd.send(taken.port, mrd.opening(), *messages)
        bodies = taken.series()
    assert [t.time_s for t in transients(bodies)] == [0.0, 2.0, 4.0, 6.0, 8.0]
    assert not notes(bodies)


def test_ticks_of_1_ms_are_told_by_tr():
    with listening() as taken:
        messages = [mrd.acquisition_bytes(n, ticks_per_tr=2000) for n in range(4)]
        mrd.send(taken.port, mrd.opening(), *messages)
        bodies = taken.series()
    assert [t.time_s for t in transients(bodies)] == [0.0, 2.0, 4.0, 6.0]
    assert "ticks of 1 ms" in notes(bodies)[0]


def test_a_tick_that_was_given_is_kept_and_doubted_aloud():
    with listening(MrdRules(tick_s=2.5e-3)) as taken:
        messages = [mrd.acquisition_bytes(n, ticks_per_tr=2000) for n in range(3)]
        mrd.send(taken.port, mrd.opening(), *messages)
        bodies = taken.series()
    assert [t.time_s for t in transients(bodies)] == [0.0, 5.0, 10.0]
    assert "check tick_s" in notes(bodies)[0]


def test_a_clock_that_steps_back():
    with listening() as taken:
        stamps = [100_000, 100_800, 101_600, 2_400, 3_200]
        messages = [
            mrd.acquisition_bytes(n, acquisition_time_stamp=s)
            for n, s in enumerate(stamps)
        ]
        mrd.send(taken.port, mrd.opening(), *messages)
        bodies = taken.series()
    assert [t.time_s for t in transients(bodies)] == [0.0, 2.0, 4.0, 6.0, 8.0]
    assert "clock stepped by -250.0 s" in notes(bodies)[0]


def test_a_session_spans_connections():
    with listening() as taken:
        for series in range(3):
            messages = [
                mrd.acquisition_bytes(n, first=1000 + 40_000 * series) for n in range(4)
            ]
            mrd.send(taken.port, mrd.opening(), *messages)
        bodies = taken.series(3)
    assert len(starts(bodies)) == 3
    assert [t.count for t in transients(bodies)] == list(range(12))
    assert transients(bodies)[4].time_s == 100.0
    assert transients(bodies)[8].time_s == 200.0


def test_ttl_of_a_pump_is_an_event_at_its_time():
    rules = MrdRules(external_1="infusion_start", external_1_end="infusion_stop")
    levels = [0] * 10 + [1] * 100 + [0] * 10
    with listening(rules) as taken:
        waves = [mrd.framed(1026, mrd.waveform(levels, 1000 + 2000))]
        messages = [mrd.acquisition_bytes(n) for n in range(6)]
        mrd.send(taken.port, mrd.opening(), *waves, *messages)
        bodies = taken.series()
    (on,), (off,) = events(bodies, "infusion_start"), events(bodies, "infusion_stop")
    assert on.time_s == pytest.approx(2000 * 2.5e-3 + 10 * 2.5e-3)
    assert off.time_s == pytest.approx(on.time_s + 100 * 2.5e-3)
    assert on.author == "scanner"
    # placed by time among the transients, although it was sent before all of them
    order = [b.time_s for b in bodies if isinstance(b, Transient) or b in (on, off)]
    assert abs(order.index(on.time_s) - 3) <= 1


def test_ttl_of_a_series_that_was_sent_again_is_placed_in_it():
    """The second time its stamps lie before those of the first."""
    wave = mrd.framed(1026, mrd.waveform([0] * 10 + [1] * 100, 1000 + 1600))
    with listening() as taken:
        for _ in range(2):
            messages = [mrd.acquisition_bytes(n) for n in range(6)]
            mrd.send(taken.port, mrd.opening(), wave, *messages)
        bodies = taken.series(2)
    first, second = (e.time_s for e in events(bodies, "trigger_1"))
    assert first == pytest.approx(4.025)
    assert second == pytest.approx(transients(bodies)[6].time_s + 4.025)


def test_bounces_of_a_contact_are_one_edge():
    levels = [0, 1, 0, 1, 0, 1] + [1] * 60
    with listening() as taken:
        wave = mrd.framed(1026, mrd.waveform(levels, 1000))
        mrd.send(taken.port, mrd.opening(), mrd.acquisition_bytes(0), wave)
        bodies = taken.series()
    assert len(events(bodies, "trigger_1")) == 1


def test_texts_images_and_feedback_are_counted_and_dropped():
    image = mrd.framed(1022, mrd.ismrmrd.Image.from_array(np.zeros((4, 4), np.float32)))
    feedback = struct.pack("<HI3sI4s", 1028, 3, b"abc", 4, b"1234")
    text = mrd.text_bytes(5, '{"parameters": {"name": "Testperson"}}')
    with listening() as taken:
        first = mrd.opening() + text + image + feedback
        mrd.send(taken.port, first, mrd.acquisition_bytes(0))
        bodies = taken.series()
    assert len(transients(bodies)) == 1
    end = events(bodies, "series_end")[0].text
    for counted in ("1 text", "1 image", "1 feedback"):
        assert counted in end
    assert "Testperson" not in end


def test_an_unknown_message_fails_loudly_and_keeps_what_there_is():
    with listening() as taken:
        good = [mrd.acquisition_bytes(n) for n in range(3)]
        bad = struct.pack("<H", 4711) + b"x" * 100
        said = mrd.send(taken.port, mrd.opening(), *good, bad)
        bodies = taken.series()
        assert said == mrd.CLOSE
        assert len(transients(bodies)) == 3
        assert "4711 is unknown" in events(bodies, "protocol_error")[0].text
        mrd.send(taken.port, mrd.opening(), mrd.acquisition_bytes(3))
        assert len(transients(taken.series(2))) == 4
