"""What goes back to the scanner while its analysis is in time, late, or gone."""

import time

import numpy as np
import pytest

from monitor.chain import pages
from monitor.chain.orders import Averaged, Failed, Followed, PageDrawn
from monitor.chain.pages import ANSWER_S, Pages

PIXELS = np.ones((8, 8), np.uint16)


class Analysis:
    """A follower that gives these, one a turn, then nothing."""

    def __init__(self, *given: object) -> None:
        self.left, self.orders = list(given), []

    def given(self, _wait_s: float) -> object:
        return self.left.pop(0) if self.left else None

    def follow(self, order: object) -> None:
        self.orders.append(order)


@pytest.fixture
def sent(monkeypatch) -> list[tuple]:
    """Pages that are sent: number, transients and what is said; spectra: epoch."""
    monkeypatch.setattr(
        pages, "page_message", lambda _, n, said, count, __: (n, count, *said)
    )
    monkeypatch.setattr(
        pages,
        "spectrum_message",
        lambda averaged, n, *_: (n, f"epoch {averaged.epoch}"),
    )
    monkeypatch.setattr(pages, "draw_words", lambda *_: PIXELS)
    monkeypatch.setattr(pages, "with_banner", lambda page, _: page)
    return []


def made(sent, follower, *trouble: str) -> Pages:
    return Pages(sent.append, follower, lambda: trouble, lambda _: None)


def page(transients: int) -> PageDrawn:
    return PageDrawn(transients, PIXELS, ("Glu +5 %",))


def test_a_page_in_time_answers_all_that_were_due_by_then(sent):
    given = made(sent, Analysis())
    for given.shown.transients in (16, 32, 48):
        given.expect()
    given._use(page(32))
    assert sent == [(1, 32, "32 transients", "Glu +5 %")]
    assert [due.transients for due in given._due] == [48]


def test_what_is_wrong_with_the_recording_is_said_with_each_page(sent):
    made(sent, Analysis(), "NOT RECORDED.")._use(page(16))
    assert sent == [(1, 16, "16 transients", "NOT RECORDED.", "Glu +5 %")]


def test_a_page_is_late_half_a_second_after_it_was_due(sent, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    given = made(sent, Analysis())
    given.shown.transients = 16
    given.expect()
    now[0] += ANSWER_S - 0.01
    given._send_late()
    assert sent == []
    now[0] += 0.01
    given._send_late()
    words = "THE ANALYSIS IS BEHIND: 0 of 16 transients."
    assert sent == [(1, 0, words, "All are recorded.")]
    given._send_late()
    assert len(sent) == 1


def test_the_last_page_stands_in_with_its_own_words_behind(sent):
    given = made(sent, Analysis(), "NOT RECORDED.")
    given._use(page(16))
    stood_in, said = given._stand_in(32)
    assert (stood_in.transients, stood_in.comments) == (16, ("Glu +5 %",))
    assert said == (
        "THE ANALYSIS IS BEHIND: 16 of 32 transients.",
        "NOT RECORDED.",
        "Glu +5 %",
    )


def test_spectra_go_back_once_there_is_a_header(sent):
    averaged = Averaged(3, 16, np.ones(4, np.complex64), 5e-4)
    given = made(sent, Analysis())
    given._use(averaged)
    assert sent == []
    given.shown.header = object()
    given._use(averaged)
    assert sent == [(1, "epoch 3")]


@pytest.mark.parametrize("gone", [True, False])
def test_a_process_that_failed_can_take_another_order_unless_it_is_gone(sent, gone):
    warned = []
    given = Pages(sent.append, Analysis(), lambda: (), warned.append)
    given.follow("order")
    assert not given.done
    given._use(Failed("No protocol fits.", gone))
    assert given.done is not gone
    assert given.failure == "No protocol fits."
    assert warned == ["No protocol fits."]


def test_without_an_analysis_its_absence_is_the_last_page(sent):
    given = made(sent, None)
    given.follow("order")  # nobody takes it
    assert given.done
    given.start()
    given.finish(5.0)
    assert [said for _, _, said, *_ in sent] == [
        "NO ANALYSIS: There is no analysis beside the chain."
    ]


def test_a_series_that_was_followed_to_its_end_needs_no_last_words(sent):
    given = made(sent, Analysis(page(16), Followed()))
    given.follow("order")
    given.start()
    given.finish(20.0)
    assert [number for number, *_ in sent] == [1]
    assert given.done
    assert not given.failure


def test_an_analysis_that_is_not_done_in_time_is_given_up(sent):
    given = made(sent, Analysis())
    given.start()
    given.finish(0.05)
    assert given.failure == "The analysis was not done in time after the end."
    assert len(sent) == 1


def test_as_long_as_the_series_goes_on_nothing_is_given_up(sent):
    analysis = Analysis()
    given = made(sent, analysis)
    given.start()
    time.sleep(0.1)
    assert not given.failure
    analysis.left.append(Followed())
    given.finish(20.0)
    assert sent == []
