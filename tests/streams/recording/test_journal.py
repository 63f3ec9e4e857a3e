import errno
import os
import random
import sys
from contextlib import contextmanager
from dataclasses import replace

import pytest
from mcap.reader import make_reader
from stream_cases import all_parts, messages, parts

from streams.errors import InputError
from streams.messages import wire
from streams.recording import container, inspection, reading
from streams.recording.journal import Journal, NotRecordedError


def write(path, several, close=True):
    recording = Journal.create(path)
    for message in several:
        recording.append(wire.encode(message))
    if close:
        recording.close()
    else:
        recording.abandon()
    return path if close else path.with_name(path.name + ".part")


def read(path):
    return all_parts(reading.read_messages(path))


@pytest.fixture
def place(tmp_path):
    return tmp_path / "visit.mcap"


def test_what_was_written_is_read(place):
    several = messages()
    write(place, several)
    assert read(place) == all_parts(several)
    assert os.listdir(place.parent) == ["visit.mcap"]
    assert inspection.verify(place).whole
    assert inspection.verify(place).closed


def test_other_programs_read_a_finished_recording(place):
    several = messages()
    write(place, several)
    with open(place, "rb") as file:
        reader = make_reader(file, validate_crcs=True)
        assert reader.get_summary().statistics.message_count == len(several)
        found = [
            (channel.topic, message.sequence, container.unpack(message.data))
            for _, channel, message in reader.iter_messages()
        ]
    assert [sequence for _, sequence, _ in found] == list(range(len(several)))
    assert found[1][0] == "/transient"
    assert found[1][2] == wire.encode(several[1])


def test_a_recording_is_readable_while_it_is_written(place):
    several = messages()
    recording = Journal.create(place)
    for n, message in enumerate(several, start=1):
        recording.append(wire.encode(message))
        assert read(place) == all_parts(several[:n])
        assert inspection.verify(place).running
        assert parts(wire.decode(recording.frames(n - 1))) == parts(message)
    assert recording.frames(len(several)) is None
    assert recording.frames(-1) is None
    recording.close()
    assert not inspection.verify(place).running


def test_frames_from_a_number_on(place):
    several = messages()
    write(place, several)
    assert list(reading.read_frames(place, 4)) == [wire.encode(m) for m in several[4:]]


def test_an_unfinished_recording_is_read_and_resumed(place):
    several = messages(8)
    part = write(place, several[:5], close=False)
    assert read(place) == read(part) == all_parts(several[:5])
    assert inspection.verify(place).whole
    assert not inspection.verify(place).closed
    seen = []
    with Journal.resume(place, lambda message, header: seen.append(message)) as again:
        assert all_parts(seen) == all_parts(several[:5])
        assert (again.session, again.next_seq) == ("abc", 5)
        for message in several[5:]:
            again.append(wire.encode(message))
    assert read(place) == all_parts(several)
    fresh = write(place.with_name("fresh.mcap"), several)
    assert fresh.stat().st_size == place.stat().st_size
    assert inspection.verify(place).closed


@pytest.mark.parametrize("closed", [True, False])
def test_cut_at_every_byte_of_the_last_three_messages(place, closed, tmp_path):
    several = messages(5)
    whole = write(place, several, close=closed).read_bytes()
    *_, third_last, second_last, last = (
        found.offset
        for found in container_entries(place if closed else place.with_suffix(".mcap"))
    )
    assert third_last < second_last < last
    cut = tmp_path / ("cut.mcap" if closed else "cut.mcap.part")
    end = len(journal_summary_free(whole, several))
    for length in [*range(third_last, end), *range(end, len(whole), 9)]:
        cut.write_bytes(whole[:length])
        result = inspection.verify(cut)
        intact = sum(chunk_end(whole, m) <= length for m in range(len(several)))
        assert result.messages == intact
        assert not result.missing
        assert not result.closed
        if closed:
            assert not result.whole
            with pytest.raises(InputError, match=f"{intact} messages .* recover"):
                list(reading.read_messages(cut))
        else:
            assert result.whole
            assert read(cut) == all_parts(several[:intact])


def journal_summary_free(whole, several):
    """The bytes of a recording up to its summary."""
    return whole[: chunk_end(whole, len(several) - 1) + INDEX]


def container_entries(path):
    from streams.recording.files import find, open_recording
    from streams.recording.walk import JournalEntry, walk

    with open_recording(find(path)) as (file, size):
        return [found for found in walk(file, size) if isinstance(found, JournalEntry)]


def chunk_end(whole, n):
    """Where the n-th chunk ends, without the index behind it."""
    start = len(container.PREAMBLE)
    for _ in range(n):
        start += container.PREFIX.unpack_from(whole, start)[1] + 9 + INDEX
    return start + container.PREFIX.unpack_from(whole, start)[1] + 9


INDEX = container.MESSAGE_INDEX_BYTES


@pytest.mark.parametrize("cut", [1, 20, INDEX - 1, INDEX, INDEX + 1, 200])
def test_resuming_after_a_torn_write(place, cut):
    several = messages(8)
    part = write(place, several[:5], close=False)
    part.write_bytes(part.read_bytes()[:-cut])
    with Journal.resume(place) as again:
        for message in several[again.next_seq :]:
            again.append(wire.encode(message))
    assert read(place) == all_parts(several)
    assert inspection.verify(place).whole
    with open(place, "rb") as file:
        assert len(list(make_reader(file, validate_crcs=True).iter_messages())) == len(
            several
        )


@pytest.mark.parametrize(
    ("closed", "step"),
    [
        (True, 5),
        (False, 5),
        pytest.param(True, 1, marks=pytest.mark.slow),
        pytest.param(False, 1, marks=pytest.mark.slow),
    ],
)
def test_every_flipped_bit_shows_and_the_rest_is_read(place, closed, step, tmp_path):
    several = messages(3)
    whole = write(place, several, close=closed).read_bytes()
    damaged = tmp_path / ("damaged.mcap" if closed else "damaged.mcap.part")
    originals = all_parts(several)
    for at in range(0, len(whole), step):
        content = bytearray(whole)
        content[at] ^= 1 << (at * 5 % 8)
        damaged.write_bytes(content)
        result = inspection.verify(damaged)
        assert not result.whole, at
        assert result.messages >= len(several) - 1, at
        with pytest.raises(InputError, match="recover"):
            list(reading.read_messages(damaged))
        if at % 35 == 0:
            mended = reading.recover(damaged, tmp_path / f"mended{at}.mcap")
            assert set(read(mended)) <= set(originals)
            assert len(read(mended)) == result.messages
            assert not inspection.verify(mended).damaged


def test_recover_makes_a_cut_recording_whole(place, tmp_path):
    several = messages(6)
    write(place, several)
    place.write_bytes(place.read_bytes()[:-1500])
    assert not inspection.verify(place).whole
    mended = reading.recover(place, tmp_path / "mended.mcap")
    result = inspection.verify(mended)
    assert result.whole
    assert result.closed
    assert read(mended) == all_parts(several[: result.messages])
    assert result.messages > 0
    with pytest.raises(InputError, match="exists already"):
        reading.recover(place, mended)


def doubled(place, several, double):
    """A recording in which a number stands twice, as an earlier version left it."""
    content = bytearray(container.PREAMBLE)
    for message in several:
        content += container.entry_bytes(wire.encode(message), message.seq, 1)
        if message.seq == double.seq:
            content += container.entry_bytes(wire.encode(double), double.seq, 1)
    place.write_bytes(content)


@pytest.mark.parametrize("same", [True, False])
def test_a_number_that_stands_twice_is_recovered_once(place, tmp_path, same):
    """Of two the later one was published, so that one is kept."""
    several = messages(6)
    later = several[3] if same else replace(several[3], body=several[4].body)
    doubled(place.with_name("visit.mcap.part"), several, later)
    damaged = inspection.verify(place)
    assert "message 3 comes after 3" in damaged.summary
    mended = reading.recover(place, tmp_path / "mended.mcap")
    assert inspection.verify(mended).whole
    assert inspection.verify(mended).closed
    assert read(mended) == all_parts([*several[:3], later, *several[4:]])


def test_recover_puts_messages_in_order_and_leaves_another_session_out(place, tmp_path):
    several, other = messages(6), messages(2, session="other")
    content = bytearray(container.PREAMBLE)
    for message in [several[0], *several[3:], *other, *several[1:3], *several[4:6]]:
        content += container.entry_bytes(wire.encode(message), message.seq, 1)
    place.write_bytes(content)
    assert inspection.verify(place).damaged
    mended = reading.recover(place, tmp_path / "mended.mcap")
    assert inspection.verify(mended).whole
    assert read(mended) == all_parts(several)


@pytest.mark.parametrize("at", range(len(container.MAGIC)))
def test_a_flipped_bit_in_the_magic_bytes_is_recovered(place, tmp_path, at):
    several = messages(3)
    content = bytearray(write(place, several).read_bytes())
    content[at] ^= 1 << at
    place.write_bytes(content)
    assert "the head of the file is damaged" in inspection.verify(place).summary
    mended = reading.recover(place, tmp_path / "mended.mcap")
    assert inspection.verify(mended).whole
    assert read(mended) == all_parts(several)


@pytest.mark.parametrize("seed", range(20))
def test_whatever_recover_accepts_is_sound_afterwards(place, tmp_path, seed):
    """Blocks that are doubled, moved, lost or overwritten; bits that are flipped."""
    rng = random.Random(seed)
    content = bytearray(write(place, messages(6)).read_bytes())
    for _ in range(rng.randint(1, 3)):
        a, b = sorted(rng.sample(range(len(content)), 2))
        block, to = content[a:b], rng.randrange(len(content))
        match rng.choice(["double", "move", "lose", "overwrite", "flip"]):
            case "double":
                content[to:to] = block
            case "move":
                del content[a:b]
                content[to:to] = block
            case "lose":
                del content[a:b]
            case "overwrite":
                content[a:b] = rng.randbytes(len(block))
            case "flip":
                content[a] ^= 1 << rng.randrange(8)
    place.write_bytes(content)
    try:
        mended = reading.recover(place, tmp_path / "mended.mcap")
    except InputError as error:
        assert "is no recording" in str(error) or "no readable" in str(error)  # noqa: PT017
        return
    result = inspection.verify(mended)
    assert not result.damaged, result.summary
    assert result.closed
    assert result.whole == (not result.missing)


def test_a_recording_is_not_written_through_a_link(place):
    """The lock beside a link is another one: two programs would write one file."""
    recording = Journal.create(place)
    recording.append(wire.encode(messages()[0]))
    link = place.with_name("link.mcap.part")
    try:
        link.symlink_to(recording.part)
    except OSError:
        pytest.skip("this system allows no links")
    with pytest.raises(InputError, match=r"is a link to .*visit\.mcap\.part"):
        Journal.resume(place.with_name("link.mcap"))
    recording.close()
    assert inspection.verify(place).whole


def test_a_missing_message_stays_named_after_recovery(place, tmp_path):
    several = messages(6)
    whole = bytearray(write(place, several).read_bytes())
    whole[container_entries(place)[3].offset + 150] ^= 1
    place.write_bytes(whole)
    mended = reading.recover(place, tmp_path / "mended.mcap")
    assert inspection.verify(mended).missing == ((3, 3),)
    checked = inspection.verify(mended)
    assert not checked.whole
    assert not checked.damaged
    assert "is sound, but message 3 is missing: 9 messages" in checked.summary
    assert "recover" not in checked.summary  # it could do no more
    assert len(list(reading.read_frames(mended, 4))) == len(several) - 4


def test_info_says_what_is_in_it(place):
    write(place, messages(6))
    known = inspection.info(place)
    assert known.session == "abc"
    assert known.starts[0].acquisition.echo_time_s == 0.03
    assert [event.kind for event in known.events] == ["infusion_start", "re-shim"]
    assert (known.first_s, known.last_s, known.epochs) == (0.0, 10.0, 2)
    assert known.end.transients == known.verification.transients == 6


def test_a_message_out_of_turn_is_refused(place):
    several = messages()
    with Journal.create(place) as recording:
        recording.append(wire.encode(several[0]))
        with pytest.raises(InputError, match="does not follow message 0"):
            recording.append(wire.encode(several[2]))
        with pytest.raises(InputError, match="session other"):
            recording.append(wire.encode(messages(session="other")[1]))


def test_one_writer_at_a_time(place):
    recording = Journal.create(place)
    recording.append(wire.encode(messages()[0]))
    with pytest.raises(InputError, match="being written by another program"):
        Journal.resume(place)
    recording.abandon()
    Journal.resume(place).close()
    with pytest.raises(InputError, match="is finished"):
        Journal.resume(place)
    with pytest.raises(InputError, match="never overwritten"):
        Journal.create(place)


def test_a_full_disk_is_said_and_leaves_the_recording_whole(place, monkeypatch):
    several = messages()
    recording = Journal.create(place)
    for message in several[:3]:
        recording.append(wire.encode(message))
    writer = recording._file.writer

    class Full:
        """Takes ten bytes and then has no space."""

        left = 10

        def write(self, content):
            taken, self.left = writer.write(content[: self.left]), 0
            if not taken:
                raise OSError(errno.ENOSPC, "No space left on device")
            return taken

        def __getattr__(self, name):
            return getattr(writer, name)

    recording._file.writer = Full()
    with pytest.raises(NotRecordedError, match="The disk is full"):
        recording.append(wire.encode(several[3]))
    recording._file.writer = writer
    assert inspection.verify(place).whole
    assert recording.next_seq == 3
    for message in several[3:]:
        recording.append(wire.encode(message))
    recording.close()
    assert read(place) == all_parts(several)


NOBODY = 65534


@contextmanager
def without_privileges():
    """Root may write anywhere; nobody may not."""
    if not hasattr(os, "geteuid"):
        pytest.skip("permissions of Windows are others")
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("mode", [0o555, 0o000])
def test_no_permission_is_said(place, mode):
    folder = place.parent / "closed"
    folder.mkdir()
    folder.chmod(mode)
    with without_privileges():
        with pytest.raises(InputError, match="No permission"):
            Journal.create(folder / "visit.mcap")
        with pytest.raises(InputError):
            inspection.verify(folder / "visit.mcap")
    folder.chmod(0o700)


def test_no_permission_is_said_by_a_refusing_system(place, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    with pytest.raises(InputError, match="No permission to write"):
        Journal.create(place)


def test_a_folder_that_is_a_file(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match=r"cannot be written|No permission|exists"):
        Journal.create(tmp_path / "file" / "visit.mcap")


NO_RECORDING = {
    "absent": (None, "There is no file"),
    "empty": (b"", "is empty"),
    "text": (b"hello, this is no recording", "is no recording of mrs-monitor"),
    "short": (b"\x89MC", "damaged"),
    "another MCAP": (container.MAGIC + b"\x01" * 500, "no message that mrs-monitor"),
}


@pytest.mark.parametrize("case", NO_RECORDING, ids=str)
def test_what_is_no_recording(place, case):
    content, sentence = NO_RECORDING[case]
    if content is not None:
        place.write_bytes(content)
    with pytest.raises(InputError, match=sentence):
        list(reading.read_messages(place))


def test_a_recording_without_any_message(place):
    Journal.create(place).close()
    assert inspection.verify(place).whole
    assert read(place) == []


def test_an_open_file_that_cannot_be_renamed_stays_part(place, monkeypatch):
    def refuse(*_):
        raise PermissionError(errno.EACCES, "in use")

    monkeypatch.setattr("streams.recording.files.os.replace", refuse)
    monkeypatch.setattr("streams.recording.files.RENAME_PATIENCE_S", 0.1)
    recording = Journal.create(place)
    recording.append(wire.encode(messages()[0]))
    assert recording.close() == place.with_name("visit.mcap.part")
    assert inspection.verify(place).closed


def test_memory_stays_small():
    index = container.Index()
    for n in range(20_000):
        index.add(n * 500_000, (n + 1) * 500_000, n, b"transient")
    columns = (index.offsets, index.lengths, index.times_ns, index.channels)
    assert sum(map(sys.getsizeof, columns)) < 1_000_000
