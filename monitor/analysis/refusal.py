"""What is said of a message that cannot be used."""

from __future__ import annotations

from monitor.analysis.note import Note, NoteKind
from streams.messages.transient import Body, Event


def refusal(sentence: str, body: Body) -> Note:
    """A note without the text of an event: notes stand in every result."""
    if isinstance(body, Event) and body.text:
        for quoted in (repr(body.text), repr(body.text[:80])):
            sentence = sentence.replace(quoted, "this one")
    return Note(NoteKind.REFUSED, sentence)
