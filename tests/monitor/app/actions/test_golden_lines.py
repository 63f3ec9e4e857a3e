"""A golden session under the plots of the window, and none under a lock."""

from dataclasses import replace
from pathlib import Path

import pytest
from fake_session import SETTINGS

from monitor.run.worker_messages import Failed, Heard, SetSpeed
from monitor.screen.rewindable import Session
from streams.errors import InputError


class GoldenWorker:
    """Gives what a worker would, and remembers what it was asked."""

    def __init__(self, reports) -> None:
        self.reports, self.sent, self.stopped = list(reports), [], False

    def receive(self, budget_s):
        taken, self.reports = self.reports, []
        return taken

    def send(self, command):
        self.sent.append(command)

    def stop(self):
        self.stopped = True


@pytest.fixture
def over(reports):
    """A session that was worked through."""
    last = reports[-1]
    end = replace(last, update=replace(last.update, ended="finished", quality=None))
    return [*reports, end]


def golden_in(bench, worker):
    bench.window.golden.open_with(lambda place: (worker, Session(SETTINGS)))
    bench.window.golden.load(Path("best.mcap"))


def lines(bench):
    return {
        plot: line.isVisible()
        for plot, line in bench.window.golden._lines._lines.items()
    }


def test_it_is_drawn_under_all_plots_and_taken_away(open_bench, reports, over):
    bench = open_bench()
    bench.show(reports)
    worker = GoldenWorker(over)
    golden_in(bench, worker)
    assert worker.sent == [SetSpeed(float("inf"))]
    bench.show([])
    assert worker.stopped
    found = lines(bench)
    assert found[bench.page.trend.plot]
    assert found[bench.page.spectrum]
    assert all(found[plot] for plot in bench.page.quality.plots)
    bench.window.golden.turn(Path("."))
    bench.show([])
    assert not any(lines(bench).values())


def test_under_a_lock_only_its_quality_is_drawn(open_bench, reports, over):
    bench = open_bench(settings=replace(SETTINGS, outcome_hidden=True))
    bench.show(reports)
    golden_in(bench, GoldenWorker(over))
    bench.show([])
    found = lines(bench)
    assert not found[bench.page.trend.plot]
    assert not found[bench.page.spectrum]
    assert any(found[plot] for plot in bench.page.quality.plots)


def test_one_that_a_protocol_named_goes_with_it(open_bench, reports, over):
    named = replace(SETTINGS, golden="best.mcap")
    bench, loaded = open_bench(settings=named), []
    golden = bench.window.golden

    def open_worker(place):
        loaded.append(place.name)
        return GoldenWorker(over), Session(SETTINGS)

    golden.open_with(open_worker)
    bench.show(reports)
    bench.show([])
    assert golden.shown is not None
    state, screen = bench.window.session.state, bench.window.seen()
    golden.step(state, screen, 0.0)
    assert loaded == ["best.mcap"]
    state.settings = replace(state.settings, golden="other.mcap")
    golden.step(state, screen, 0.0)
    assert loaded == ["best.mcap", "other.mcap"]
    golden.step(state, screen, 0.0)
    assert golden.shown is not None
    state.settings = replace(state.settings, golden="")
    golden.step(state, screen, 0.0)
    assert golden.shown is None
    assert loaded == ["best.mcap", "other.mcap"]
    golden.load(Path("own.mcap"))  # by its key
    golden.step(state, screen, 0.0)
    golden.step(state, screen, 0.0)
    assert golden.shown is not None


def test_what_cannot_be_opened_is_said(open_bench, reports):
    bench = open_bench()
    bench.show(reports[:50])

    def refuse(place):
        raise InputError("No such recording.")

    bench.window.golden.open_with(refuse)
    bench.window.golden.load(Path("none.mcap"))
    assert "No such recording" in bench.window.seen().messages[0].condition
    golden_in(bench, GoldenWorker([Heard(bench.window.session.state.stream),
                                   Failed("It holds nothing.")]))  # fmt: skip
    bench.show([])
    assert bench.window.golden.shown is None
    said = [m.condition for m in bench.window.seen().messages]
    assert any("It holds nothing" in words for words in said)
