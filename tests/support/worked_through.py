"""Messages worked through to a result, as a test wants it."""

from collections.abc import Iterable

from threadpoolctl import threadpool_limits

from monitor.analysis.note import Note
from monitor.protocol.choose import Wishes
from monitor.run.analyse import push_all, with_notes
from monitor.run.remarks import remarks
from monitor.run.result import Result
from monitor.run.session_run import SessionRun
from streams.messages.transient import Message


def texts(notes: Iterable[Note]) -> list[str]:
    """Notes as sentences."""
    return [note.text for note in notes]


def result_of(
    messages: Iterable[Message], wishes: Wishes | None = None, **changes: object
) -> Result:
    """What `analyse` makes of these messages."""
    run = SessionRun(wishes or Wishes(changes=changes))
    with threadpool_limits(1):
        push_all(run, messages)
        _, result = run.finish()
    return with_notes(result, remarks(result))
