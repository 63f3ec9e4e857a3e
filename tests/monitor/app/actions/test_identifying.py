"""Who is measured is sent once, into the session that it belongs to."""

from types import SimpleNamespace

from monitor.app.actions.identifying import Identifying
from monitor.run.identity import IDENTITY, Identity
from monitor.run.worker_messages import SendEvent

WHO, NOBODY = Identity("07", "2"), Identity()


def state(transients: int, known: Identity = NOBODY):
    return SimpleNamespace(quality=SimpleNamespace(rows=transients), identity=known)


def test_it_waits_for_a_session_and_is_sent_once():
    sent, identifying = [], Identifying()
    for transients in (0, 0, 1, 2, 3):
        identifying.step(state(transients), WHO, sent.append)
        assert len(sent) == (1 if transients else 0)
    assert sent == [SendEvent(IDENTITY, WHO.text)]
    identifying.step(state(4), Identity("08"), sent.append)  # corrected
    assert sent[1:] == [SendEvent(IDENTITY, Identity("08").text)]


def test_nobody_and_what_the_recording_says_already_are_not_sent():
    sent, identifying = [], Identifying()
    identifying.step(state(9), Identity(), sent.append)
    identifying.step(state(9, WHO), WHO, sent.append)
    assert sent == []
