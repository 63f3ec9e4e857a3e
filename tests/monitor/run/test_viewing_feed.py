"""A feed that only views has nothing that takes events, whatever is asked of it."""

import pytest
from fake_session import SETTINGS, FakePipeline, messages

from monitor.run.feed import live_feed
from monitor.run.loop import Loop
from monitor.run.worker_config import WorkerConfig
from monitor.run.worker_messages import SendEvent, Sent
from streams.messages.free_ports import free_port_pair


@pytest.fixture
def feed():
    viewing = live_feed(f"tcp://127.0.0.1:{free_port_pair()}", view=True)
    yield viewing
    viewing.close()


@pytest.mark.parametrize("kind", ["infusion_start", "note", "settings", "blinded"])
def test_nothing_is_sent_to_the_relay(feed, kind):
    assert feed.recorder is None
    feed.subscriber.record_event = pytest.fail  # by which all events go
    settings = SETTINGS.with_changes(outcome_hidden=True)
    loop = Loop(WorkerConfig(None, None), feed, FakePipeline(settings))
    for message in messages(2.0, end=False):
        loop._work(message)
    loop.obey(SendEvent(kind, '{"window": 16}' if kind == "settings" else ""))
    sent = [report for report in loop.reports if isinstance(report, Sent)]
    assert sent
    assert all(one.refused or one.here for one in sent)
