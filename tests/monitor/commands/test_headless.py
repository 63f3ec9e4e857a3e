"""A session followed in the terminal: what is said, counted and kept out."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from small_session import small_session

from monitor.analysis.note import Note, NoteKind
from monitor.analysis.update import Update
from monitor.commands import headless
from monitor.commands.headless import Headless, _nameless
from monitor.protocol.choose import Wishes
from monitor.run.stream_state import Stream
from streams.errors import InputError
from streams.messages.transient import End, Event, Kind, Message, Transient


class Played:
    """A feed that plays lists of messages, one a poll, with a state of its stream."""

    recorder = replay = None

    def __init__(self, *polls: list[Message], said: tuple[str, ...] = ()) -> None:
        self._polls, self._said = list(polls), list(said)
        self.finished = False

    def poll(self, _timeout_s: float) -> list[Message]:
        if self._polls:
            return self._polls.pop(0)
        self.finished = not self._said
        return []

    def stream(self, _waiting: int) -> Stream:
        said = self._said.pop(0) if self._said else ""
        return Stream(connected=True, said=said)

    def close(self) -> None: ...


def follower(feed: Played, out: Path) -> tuple[Headless, io.StringIO]:
    words = io.StringIO()
    return Headless(feed, Wishes(), out, Console(file=words, width=200)), words


@pytest.fixture(scope="module")
def begun() -> list[Message]:
    """The start of a small session, its first transients, and one of water."""
    _, messages = small_session()
    kept = list(messages[:6])
    first = next(m for m in kept if isinstance(m.body, Transient))
    return [*kept, replace(first, seq=6, body=replace(first.body, kind=Kind.WATER))]


def test_only_metabolite_transients_are_counted(begun, tmp_path):
    followed, _ = follower(Played(begun), tmp_path)
    followed._push = lambda _: None
    kinds = [getattr(m.body, "kind", "") for m in begun]
    assert list(followed._count_transients())[-1] == kinds.count(Kind.METABOLITE) > 0


def test_the_end_of_a_session_ends_it_though_the_feed_goes_on(begun, tmp_path):
    end = replace(begun[0], body=End(9, "complete"))
    followed, _ = follower(Played([end], begun, begun), tmp_path)
    followed._push = lambda _: None
    assert list(followed._count_transients()) == [0]


def test_a_file_without_a_transient_is_bad_input_and_a_stream_only_silent(tmp_path):
    followed, words = follower(Played(), tmp_path / "out")
    with pytest.raises(InputError, match="No transient has come"):
        followed.run("nothing")
    live, words = follower(Played(said=("",)), tmp_path / "out")
    assert not live._check_something_came()
    assert "No transient has come: nothing is written." in words.getvalue()


def test_a_problem_is_said_once_and_its_end_once(tmp_path):
    said = ("", "Silent for 3 s.", "Silent for 4 s.", "", "")
    followed, words = follower(Played(said=said), tmp_path)
    for _ in said:
        followed._hear()
    assert words.getvalue().splitlines() == [
        "Silent for 3 s.",
        "The stream is well again.",
    ]


def test_without_a_terminal_a_line_comes_with_news_and_not_before_its_time(
    tmp_path, monkeypatch
):
    now_s = [1000.0]
    monkeypatch.setattr(headless.time, "monotonic", lambda: now_s[0])
    followed, words = follower(Played(), tmp_path)
    followed._now = lambda: "nothing yet"
    for count, later_s in ((1, 9.0), (2, 1.0), (2, 20.0), (3, 0.0)):
        now_s[0] += later_s
        followed._say(count)
    lines = words.getvalue().splitlines()
    assert lines == ["2 transients, nothing yet", "3 transients, nothing yet"]


def test_limits_that_are_missed_are_said_and_written_as_by_analyse(
    begun, tmp_path, monkeypatch
):
    missed = Note(NoteKind.LIMITS, "Outside the limits: SNR 2 (at least 3).")
    written: list = []

    def keep(result, *_, **__):
        written.append(result)

    monkeypatch.setattr(headless, "limits_missed", lambda result: (missed,))
    monkeypatch.setattr(headless, "write_tables", keep)
    monkeypatch.setattr(headless, "render_screen", lambda *_: None)
    followed, words = follower(Played(), tmp_path)
    for message in begun:
        followed._push(message)
    followed.write("here", None)
    assert missed in written[0].notes
    assert missed.text in words.getvalue()


def test_what_was_typed_does_not_reach_the_page_that_is_written(begun):
    event = Event(3.0, "note", "Erika Mustermann", "Erika")
    typed = Update(begun[0].seq, 0, event=event, source="erika.mcap")
    kept = _nameless(replace(typed, again=(typed,)))
    for update in (kept, *kept.again):
        assert "Erika" not in repr(update.event)
    assert _nameless(Update(0, 0)).event is None


def test_the_sentence_at_the_end_says_a_change_or_why_there_is_none(monkeypatch):
    class Result:
        settings = type("S", (), {"outcome": "Glu"})

    monkeypatch.setattr(headless, "why_nothing_fitted", lambda _: "no basis set fits")
    assert headless._no_change(Result) == "Nothing could be fitted: no basis set fits."
    monkeypatch.setattr(headless, "why_nothing_fitted", lambda _: "")
    assert headless._no_change(Result) == "No change of Glu can be given at the end."
    monkeypatch.setattr(headless, "change_at_the_end", lambda _: "")
    assert headless._at_the_end(Result).startswith("No change of Glu")
    monkeypatch.setattr(headless, "change_at_the_end", lambda _: "Glu at the end: 2 %")
    assert headless._at_the_end(Result) == "Glu at the end: 2 %"
