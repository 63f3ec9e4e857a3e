"""The message line and the log: since when, how long, once, and over."""

from dataclasses import replace

import pytest
from screen_cases import LIVE, REPLAY

from monitor.analysis.note import Note, NoteKind
from monitor.protocol.blinding import KIND as LOCK
from monitor.screen import notices as told
from monitor.screen.event_words import change_of
from monitor.screen.messages import FITTING_S, KEPT_S
from monitor.screen.notices import Notices
from monitor.screen.screen import Level, Message
from monitor.screen.window_conditions import Watch
from streams.messages.transient import Event

UNPLUGGED = replace(LIVE, connected=False)


def said(text: str, key: str = "note") -> Message:
    return Message(key, Level.NOTE, text, "", 0.0)


def shown(notices: Notices, now_s: float, stream=LIVE, age_s=0.0, ended=None):
    """Age by text of what is told."""
    found = notices.shown(stream, age_s, 2.0, ended, now_s)
    return {m.condition: m.age_s for m in found}


def texts(notices: Notices) -> list[str]:
    return [message.condition for _, message in notices.log]


def test_what_begins_and_ends_in_the_stream_is_logged_once() -> None:
    notices = Notices()
    for time_s, stream in ((1.0, LIVE), (2.0, UNPLUGGED), (3.0, UNPLUGGED)):
        notices.hear(stream, time_s, 100.0 + time_s)
    (lost,) = {m.condition for _, m in notices.log}
    assert [time_s for time_s, _ in notices.log] == [2.0]
    assert shown(notices, 112.0, UNPLUGGED)[lost] == 10.0
    notices.hear(LIVE, 4.0, 104.0)
    assert [(t, m.condition) for t, m in notices.log[1:]] == [(4.0, f"{lost}: over")]
    assert lost not in shown(notices, 105.0)
    notices.hear(UNPLUGGED, 5.0, 105.0)
    assert shown(notices, 106.0, UNPLUGGED)[lost] == 1.0  # since then, not since 102
    assert len(notices.log) == 3


@pytest.mark.parametrize(("stream", "logged"), [(UNPLUGGED, False), (REPLAY, True)])
def test_a_replay_and_what_is_told_again_log_nothing_of_the_stream(stream, logged):
    notices = Notices()
    notices.hear(replace(stream, connected=False), 1.0, 101.0, logged)
    assert notices.log == []


def test_how_long_the_window_has_been_behind() -> None:
    notices, waits = Notices(), replace(LIVE, lag=10)
    notices.hear(waits, 0.0, 5.0)  # under way, not late
    assert shown(notices, 70.0, waits) == {}
    notices.hear(waits, 0.0, 10.0, late=True)
    ((words, age_s),) = shown(notices, 70.0, waits).items()
    assert age_s == 60.0
    notices.hear(waits, 0.0, 40.0, late=True)  # still: since 10 s
    assert shown(notices, 70.0, waits) == {words: 60.0}
    notices.hear(waits, 0.0, 71.0)
    assert shown(notices, 200.0, waits) == {}
    notices.hear(replace(REPLAY, lag=10), 0.0, 72.0, late=True)
    assert shown(notices, 200.0, replace(REPLAY, lag=10)) == {}


def test_a_sentence_stays_for_a_while_and_the_log_for_ever() -> None:
    notices = Notices()
    notices.tell(said("first"), 5.0, 100.0)
    notices.tell(said("second"), 6.0, 110.0)
    assert shown(notices, 112.0) == {"first": 12.0, "second": 2.0}
    assert shown(notices, 100.0 + KEPT_S) == {"second": KEPT_S - 10.0}
    notices.tell(said("third"), 7.0, 100.0 + KEPT_S)
    notices.tell(said("note: sent"), 8.0, 100.0 + KEPT_S)
    assert notices.log == [
        (t, said(w)) for t, w in ((5.0, "first"), (6.0, "second"), (7.0, "third"))
    ]
    assert set(shown(notices, 101.0 + KEPT_S)) == {"second", "third", "note: sent"}
    notices.unsay(said("third"))
    assert set(shown(notices, 101.0 + KEPT_S)) == {"second", "note: sent"}
    notices.settle()
    assert shown(notices, 101.0 + KEPT_S) == {}
    assert texts(notices) == ["first", "second", "third"]


def test_a_kind_is_withdrawn_and_a_condition_known_by_its_key() -> None:
    notices = Notices()
    for key in ("unmeasured", "gap", "note"):
        notices.tell(said(f"of {key}", key), 5.0, 100.0)
    notices.withdraw(NoteKind.UNMEASURED)
    assert set(shown(notices, 101.0)) == {"of gap", "of note"}
    notices.acknowledge(said("of gap", "gap"), "Jo", 6.0)
    assert set(shown(notices, 101.0)) == {"of note"}
    assert notices.log[-1][0] == 6.0
    assert texts(notices)[-1] == "acknowledged by Jo: of gap"


def test_what_is_known_is_marked_while_it_lasts() -> None:
    notices, gap, wide = Notices(), said("lost", "gap"), said("wide", "fwhm")
    notices.know(gap)
    marked = notices.with_known([gap, wide])
    assert [m.acknowledged for m in marked] == [True, False]
    assert not notices.with_known([wide])[0].acknowledged
    assert not notices.with_known([gap])[0].acknowledged  # it was over: told again


def test_what_stands_is_logged_once_and_grows_older() -> None:
    notices = Notices()
    for now_s in (100.0, 120.0):
        notices.stand(said("not as expected"), 5.0, now_s)
    assert texts(notices) == ["not as expected"]
    assert shown(notices, 400.0) == {"not as expected": 300.0}
    notices.stand(said("another"), 5.0, 400.0)
    assert len(shown(notices, 401.0)) == 2


def test_a_note_is_logged_where_it_says_something_else() -> None:
    notices = Notices()
    for text in ("a", "a", "b", "a"):
        notices.log_once(Note(NoteKind.TRACKER, text), 1.0)
    notices.log_once(Note(NoteKind.LEVEL, "a"), 2.0)
    assert texts(notices) == ["a", "b", "a", "a"]


def test_while_the_course_is_done_again_silence_is_none() -> None:
    notices = Notices()
    quiet = shown(notices, 100.0, age_s=50.0)
    assert len(quiet) == 1
    notices.fitting_since_s = 90.0
    assert shown(notices, 100.0, age_s=50.0) == {"Fitting the whole course again": 10.0}
    assert notices.fits(90.0 + FITTING_S - 0.1)
    assert not notices.fits(90.0 + FITTING_S)
    assert set(shown(notices, 90.0 + FITTING_S, age_s=50.0)) == set(quiet)


def test_an_analysis_that_stopped_judges_the_stream_no_more_until_the_end() -> None:
    notices = Notices()
    notices.hear(replace(UNPLUGGED, lag=50), 1.0, 90.0)
    notices.stop("no memory", 5.0, 100.0, LIVE)
    assert notices.log[-1][0] == 5.0
    late = replace(UNPLUGGED, lag=50)
    assert shown(notices, 107.0, late, 50.0) == {"The analysis has stopped": 7.0}
    assert "The analysis has stopped" not in shown(notices, 107.0, late, 50.0, "over")


def test_what_is_told_again_is_no_news() -> None:
    before, after = Notices(), Notices()
    before.hear(replace(UNPLUGGED, lag=9), 1.0, 90.0)
    before.tell(said("first"), 5.0, 100.0)
    before.know(said("known", "gap"))
    log = list(before.log)
    after.follow(before)
    after.tell(said("told again"), 5.0, 101.0)
    after.hear(replace(UNPLUGGED, lag=9), 6.0, 101.0)  # nothing new
    after.end_following()
    assert after.log == log
    now = shown(after, 110.0, replace(UNPLUGGED, lag=9))
    assert now["first"] == 10.0
    assert "told again" not in now
    assert {age for words, age in now.items() if words != "first"} == {20.0}
    assert after.with_known([said("known", "gap")])[0].acknowledged
    after.tell(said("news"), 7.0, 111.0)
    after.end_following()  # there is nothing to go back to any more
    assert texts(after)[-1] == "news"


def test_conditions_are_those_that_are_on() -> None:
    notices = Notices()
    on, off = (replace(Watch(), since_s=since_s) for since_s in (3.0, None))
    notices._watches = {"fwhm": on, "snr": off}
    assert notices.conditions() == {"fwhm"}


@pytest.mark.parametrize(
    ("kind", "key", "level"),
    [
        (NoteKind.EXPECTATION, "expected", Level.ATTENTION),
        (NoteKind.UNMEASURED, "unmeasured", Level.NOTE),
        (NoteKind.LEVEL, "note", Level.NOTE),
        (NoteKind.EPOCHS, "note", Level.NOTE),
        (NoteKind.GAIN, "note", Level.NOTE),
    ],
)
def test_the_key_of_a_note_says_how_it_is_withdrawn(kind, key, level) -> None:
    message = told.noted(Note(kind, "apart; do this."))
    assert (message.key, message.level) == (key, level)
    apart = kind in (NoteKind.EPOCHS, NoteKind.GAIN)
    assert (message.condition == "apart") is apart
    expects = kind is NoteKind.EXPECTATION
    assert message.action == ("do this" if apart else "apart; do this." * expects)


def test_words_of_events() -> None:
    assert told.gap(1).condition == "1 transient missing"
    assert told.gap(2).condition == "2 transients missing"
    assert told.trouble(Event(0.0, "note", "cough", "")) is None
    refused = told.trouble(Event(0.0, "series_refused", "31P", ""))
    assert refused is not None
    assert (refused.key, refused.action) == ("series_refused", "31P")
    assert told.unlocked(Event(0.0, LOCK, "why", "")).action == ""
    assert told.unlocked(Event(0.0, "other", "why", "")).action == "why"
    settings = '{"window": 64, "left_out": [], "rejected_epochs": [1, 2]}'
    for kind, text, words in (
        ("reference", "0:600", "reference period 0:600 s"),
        ("note", settings, "note"),
        ("settings", "{", "settings"),
        ("settings", settings, "window 64, left out none, rejected epochs 1, 2"),
    ):
        assert change_of(Event(0.0, kind, text, "")) == words
