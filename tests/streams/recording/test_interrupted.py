"""An append is whole or undone, at whatever step something interrupts it."""

import itertools
import sys
from pathlib import Path

import pytest
from stream_cases import ACQUISITION, all_parts, messages

from streams.errors import InputError
from streams.messages import wire
from streams.messages.transient import Event, Start
from streams.recording import inspection, journal, reading
from streams.recording.journal import Journal, NotRecordedError
from streams.relay.session import RelaySession

INTERRUPTIONS = [KeyboardInterrupt, MemoryError, OSError]
STREAMS = str(Path(journal.__file__).parent)


class Interrupting:
    """A file that raises at its nth operation, before it or after it was done."""

    def __init__(self, file, nth, error, after):
        self.file, self.left, self.error, self.after = file, nth, error, after

    def _counted(self, operation, *arguments):
        self.left -= 1
        if self.left == 0 and not self.after:
            raise self.error
        result = operation(*arguments)
        if self.left == 0:
            raise self.error
        return result

    def write(self, content):
        return self._counted(self.file.write, content[: max(len(content) // 2, 1)])

    def fileno(self):
        return self._counted(self.file.fileno)

    def __getattr__(self, name):
        return getattr(self.file, name)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("error", INTERRUPTIONS)
def test_at_each_operation_on_the_file(tmp_path, error, after):
    for nth in itertools.count(1):
        place, several = tmp_path / f"{nth}.mcap", messages(3)
        recording = Journal.create(place)
        recording.append(wire.encode(several[0]))
        writer = recording._file.writer
        recording._file.writer = interrupting = Interrupting(writer, nth, error, after)
        if nth == 1:
            raised = (NotRecordedError,) if error is OSError else (error,)
            with pytest.raises(raised):
                recording.append(wire.encode(several[1]))
            assert recording.next_seq == 1
        else:
            try:
                recording.append(wire.encode(several[1]))
            except (error, NotRecordedError):
                assert recording.next_seq == 1
        recording._file.writer = writer
        assert inspection.verify(place).whole
        for message in several[recording.next_seq :]:
            recording.append(wire.encode(message))
        recording.close()
        assert all_parts(reading.read_messages(place)) == all_parts(several)
        assert inspection.verify(place).whole
        if interrupting.left > 0:
            break
    assert nth > 3  # a write in pieces, then the disk


class At:
    """Raises at the nth step of the program's own code, line by line or finer."""

    def __init__(self, nth, error, steps):
        self.left, self.error, self.steps = nth, error, steps

    def __call__(self, frame, event, argument):
        if not frame.f_code.co_filename.startswith(STREAMS):
            return None
        frame.f_trace_opcodes = self.steps == "opcode"
        return self._step

    def _step(self, frame, event, argument):
        if event == self.steps:
            self.left -= 1
            if self.left == 0:
                raise self.error
        return self._step


def interrupted_at(nth, error, steps, call):
    """Call something and interrupt it at a step; whether it got that far."""
    at, before = At(nth, error, steps), sys.gettrace()
    sys.settrace(at)
    try:
        call()
    except (error, InputError):
        pass
    finally:
        sys.settrace(before)
    return at.left <= 0


def check_every_step(place, error, steps):
    """The same body once more if it is not on disk: all are there, each once."""
    session = RelaySession(place)
    session.record(Start(ACQUISITION, "test"))
    for nth in itertools.count(1):
        shim, seq = Event(float(nth), "re-shim"), session.journal.next_seq
        reached = interrupted_at(nth, error, steps, lambda b=shim: session.record(b))
        if session.journal.next_seq == seq:
            session.record(shim)
        if not reached:
            break
    session.journal.close()
    assert inspection.verify(place).whole, inspection.verify(place).summary
    recorded = list(reading.read_messages(place))[1:]
    assert [m.body.time_s for m in recorded] == [float(n + 1) for n in range(nth)]
    assert [m.epoch for m in recorded] == [n + 1 for n in range(nth)]
    return nth


@pytest.mark.parametrize("error", INTERRUPTIONS)
def test_at_each_line_of_an_append(tmp_path, error):
    assert check_every_step(tmp_path / "s.mcap", error, "line") > 50


@pytest.mark.slow
@pytest.mark.parametrize("error", INTERRUPTIONS)
def test_at_each_instruction_of_an_append(tmp_path, error):
    tried = check_every_step(tmp_path / "s.mcap", error, "opcode")
    print(f"{error.__name__}: interrupted at {tried} instructions, 0 damaged")
    assert tried > 500
