"""A session whose marks were mended is the session that had the right ones."""

import pytest
from marked_sessions import (
    CHANGES,
    Given,
    Outcome,
    bodies_of,
    differences,
    marked,
    outcome_of,
    seen,
)
from threadpoolctl import threadpool_limits

from monitor.protocol.choose import Wishes
from monitor.protocol.settings import Settings
from monitor.run.loop import Loop
from monitor.run.session_run import SessionRun
from monitor.run.stream_state import Playback, Stream
from monitor.run.worker_config import WorkerConfig
from monitor.run.worker_messages import Again, Rewound, SendEvent
from monitor.screen.reading import read_clocks
from monitor.screen.rewindable import Session
from streams.messages.marks import START, STOP, UNDO
from streams.messages.transient import Event, Transient


def given(kind, time_s, author="operator", came_s=None):
    """A mark of a time; it came then, or later."""
    event = Event(time_s, kind, "", author)
    return Given(time_s if came_s is None else came_s, event)


RIGHT = [given(START, 80.7), given(STOP, 150.3)]
MENDED = {
    "late": [given(START, 80.7, came_s=120.0), given(STOP, 150.3)],
    "too early, moved": [
        given(START, 60.0), given(START, 80.7, came_s=130.0), given(STOP, 150.3),
    ],
    "doubled and undone": [
        given(START, 80.7), given(START, 100.0),
        Given(140.0, Event(140.0, UNDO, START, "operator")), given(STOP, 150.3),
    ],
    "moved after the stop": [
        given(START, 70.0), given(STOP, 150.3), given(START, 80.7, came_s=1e6),
    ],
    "given by the pump, and then late by the operator": [
        given(START, 80.7, "pump"), given(START, 110.0), given(STOP, 150.3, "pump"),
    ],
}  # fmt: skip


@pytest.fixture(scope="module", params=[(1, 1), (4, 2)], ids=["plain", "two epochs"])
def session(request):
    bodies = bodies_of(11, *request.param)
    return bodies, seen(outcome_of(marked(bodies, RIGHT)))


@pytest.mark.parametrize("name", MENDED)
def test_mended_marks_give_the_session_of_the_right_ones_to_the_bit(session, name):
    bodies, right = session
    mended = seen(outcome_of(marked(bodies, MENDED[name])))
    assert differences(right, mended) == []


def test_a_mark_that_was_not_mended_gives_another_session(session):
    bodies, right = session
    wrong = seen(outcome_of(marked(bodies, MENDED["late"][1:])))
    assert differences(right, wrong)


def test_times_that_override_give_the_session_of_the_right_marks(session):
    bodies, right = session
    wrong = marked(bodies, MENDED["late"][1:])
    times = {"infusion_s": (80.7, 150.3), "override": True}
    outcome = outcome_of(wrong, **times)
    found = {**seen(outcome), "notes": right["notes"]}
    assert differences(right, found) == []
    said = [note.text for note in outcome.result.notes if "--override" in note.text]
    assert said == [
        "The infusion is 80.7 to 150.3 s, as given with --override: what the recording "
        "itself marks is left aside."
    ]


def test_without_it_the_remedy_is_named(session):
    bodies, right = session
    outcome = outcome_of(marked(bodies, RIGHT), infusion_s=(100.0, 140.0))
    assert differences(right, {**seen(outcome), "notes": right["notes"]}) == []
    assert any(
        "left aside; --override puts" in note.text for note in outcome.result.notes
    )


def test_a_reference_period_overrides_that_of_the_recording():
    own = Given(90.0, Event(90.0, "reference", "10:60", "operator"))
    messages = marked(bodies_of(11), [RIGHT[0], own, RIGHT[1]])
    times = {"reference_s": (20.0, 70.0)}
    assert outcome_of(messages, **times).result.reference_s == (10.0, 60.0)
    over = outcome_of(messages, **times, override=True)
    assert over.result.reference_s == (20.0, 70.0)
    assert any("reference period is 20 to 70 s" in n.text for n in over.result.notes)


class Played:
    """A recording that is played, and takes no events."""

    recorder, replay, finished = None, None, True

    def poll(self, timeout_s):
        return []

    def stream(self, waiting):
        return Stream(connected=True, playback=Playback(True, 1.0, 200.0, 200.0))


def replayed(bodies, commands, given=()):
    """A window on a replay with marks that it was given, in which these were typed."""
    feed = Played()
    run = SessionRun(Wishes(changes=CHANGES))
    loop = Loop(WorkerConfig(lambda: feed, lambda: None), feed, run)
    window = Session(Settings())
    loop.listen()
    with threadpool_limits(1):
        for message in marked(bodies, list(given)):
            loop._work(message)
        for command in commands:
            loop.obey(command)
    for report in loop.reports:
        window.take(report, 0.0)
    return Outcome(run.finish()[1], window)


def test_a_replay_without_marks_can_be_given_them_in_the_window():
    bodies = bodies_of(11)
    right = seen(outcome_of(marked(bodies, RIGHT)))
    typed = replayed(
        bodies,
        [
            SendEvent(START, time_s=100.0),
            SendEvent(STOP, time_s=150.3),
            SendEvent(START, time_s=80.7),
        ],
    )
    found = seen(typed)
    labels = [m.text for m in found["trend"].axis.marks]
    assert labels == ["infusion on (here)", "infusion off (here)"]
    off = differences(right, found)
    assert all(d.startswith((".trend.axis.marks", ".headline", ".table")) for d in off)
    assert all(m.author == "viewer" for m in typed.result.marks.events)


def test_a_mark_that_is_typed_behind_a_late_one_is_of_now():
    bodies = list(bodies_of(11))
    late = Given(1e6, Event(80.7, START, "", "operator"))
    typed = replayed(bodies, [SendEvent(STOP)], [late])
    now_s = max(body.time_s for body in bodies if isinstance(body, Transient))
    assert (typed.result.marks.start_s, typed.result.marks.stop_s) == (80.7, now_s)


def test_marks_that_were_typed_stay_where_a_replay_goes_back():
    bodies = bodies_of(11)
    typed = replayed(bodies, [SendEvent(START, time_s=80.7)])
    typed.window.take(Rewound(60.0), 1.0)
    state = typed.window.state
    assert state.time_s < 60.0
    assert state.marks().start_s == 80.7
    assert read_clocks(state, 1.0).scanner_s < 60.0
    typed.window.take(Again(10**6), 2.0)
    assert typed.window.state.reference_s == (4.0, 80.7)
