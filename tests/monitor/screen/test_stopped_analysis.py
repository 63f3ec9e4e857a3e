"""An analysis that has stopped: the page says so, and nothing that is of before."""

from dataclasses import replace

import pytest
from fake_session import SETTINGS
from screen_cases import LIVE, REPLAY, texts

from monitor.run.stream_state import Stream
from monitor.run.worker_messages import Computed, Failed, Heard
from monitor.screen.rewindable import Session
from monitor.screen.sheets.checks import card_of

WHY = "Basis set slaser_7t_te34 is for 297.20 MHz."


def stopped(updates, stream=LIVE, until_s=1500.0) -> Session:
    """Stopped so many seconds into a session that was heard like this."""
    session = Session(SETTINGS)
    session.take(Heard(stream), 0.0)
    for update in updates:
        if update.quality is not None and update.quality.time_s > until_s:
            break
        session.take(Computed(update), 2.0 * update.seq)
    session.take(Heard(stream), until_s)
    session.take(Failed(WHY), until_s + 1.0)
    return session


@pytest.mark.parametrize(
    ("stream", "said"),
    [
        (LIVE, "the relay goes on recording"),
        (replace(LIVE, recording=False), "nothing was being recorded"),
        (Stream(), "whether anybody records is not known here"),
        (REPLAY, "the recording is untouched"),
    ],
)
def test_it_says_what_is_recorded_what_to_do_and_why(updates, stream, said):
    screen = stopped(updates, stream).screen(1531.0)
    assert (screen.status.stream, screen.status.stream_attention) == (
        "NO ANALYSIS",
        True,
    )
    first = screen.messages[0]
    assert (first.condition, first.age_s) == ("The analysis has stopped", 30.0)
    assert first.action == f"{said}; Ctrl+N begins again · {WHY}"
    assert not {"REC", "NO STREAM", "REPLAY"} & set(screen.status.stream.split())
    assert "disk" not in screen.status.details[1]


def test_the_number_is_grey_and_no_forecast_goes_on(updates):
    screen = stopped(updates).screen(1502.0)
    assert screen.headline.fade == screen.fade == 1.0
    assert (
        "the analysis has stopped: the number is of before" in screen.headline.lines[0]
    )
    assert screen.outlook.verdict == ""
    assert screen.outlook.figures == "no forecast: the analysis has stopped"


def test_a_dash_waits_for_nothing(updates):
    screen = stopped(updates, until_s=400.0).screen(500.0)
    assert "the analysis has stopped" in texts(screen.headline)


def test_the_card_does_not_say_go(updates):
    card = card_of(stopped(updates, until_s=400.0).state)
    assert card.verdict.startswith("NOT YET: analysis")
    names = [check.name for check in card.checks]
    assert "recording" not in names  # of which nothing is known any more
    assert "F5 reaches nobody" in [check.figure for check in card.checks]


def test_it_is_in_the_log_with_its_time(updates):
    log = stopped(updates).state.messages_so_far()
    assert [m.condition for _, m in log][-1] == "The analysis has stopped"
    assert log[-1][0] == 1500.0


def test_who_had_not_caught_up_never_will(updates):
    session = Session(SETTINGS)
    session.take(Heard(replace(LIVE, lag=700)), 0.0)
    for update in updates[:100]:
        session.take(Computed(update), 1.0)
    session.take(Failed(WHY), 2.0)
    screen = session.screen(3.0)
    assert "atching up" not in " ".join(texts(screen))
    assert (screen.status.phase, screen.status.plan[:3]) == ("STOPPED", "at ")


def test_a_session_that_ended_before_stays_ended(updates):
    session = stopped(updates[:200])
    session.take(Computed(replace(updates[-1], ended="complete")), 1502.0)
    assert session.screen(1503.0).status.stream.startswith("ENDED")


def test_nothing_of_it_can_be_left_any_more(updates):
    """Seen: "A session is running", with Cancel chosen, in the way of Ctrl+N."""
    session = stopped(updates)
    assert not session.state.running
    assert not session.screen(1502.0).running
