"""One series followed without a process and without a socket."""

from types import SimpleNamespace

import numpy as np
import pytest

from monitor.chain import followed_series
from monitor.chain.followed_series import (
    NO_PROTOCOL,
    REFUSED,
    Following,
    _is_end,
    _is_orphan,
    comments_of,
)
from monitor.chain.orders import SERIES_END, Averaged, Order, PageDrawn
from monitor.protocol.choose import Wishes
from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.transient import (
    Acquisition,
    End,
    Event,
    Kind,
    Message,
    Start,
    Transient,
)

START = Start(Acquisition(123.25, "1H", 5e-4, 4, 1, 0.03), "here")
STRIP = SimpleNamespace(name="SNR", now="20", unit="")
HEADLINE = SimpleNamespace(
    title="Glu", number="+5.0 %", interval="", verdict="", lines=("one", "")
)
SCREEN = SimpleNamespace(headline=HEADLINE, strips=[STRIP] * 5)


def message(body) -> Message:
    return Message("one", 0, 0, body)


def transient(kind: Kind = Kind.METABOLITE) -> Message:
    return message(Transient(0, 2.0, kind, np.ones((1, 4), np.complex64)))


class Run:
    """In the place of a session's analysis."""

    def __init__(self) -> None:
        self.update = SimpleNamespace(settings=None, quality=None)
        self.error: Exception | None = None
        self.transients, self.hidden = 1, False
        self.result = SimpleNamespace(acquisition=START.acquisition, course=None)

    def push(self, message):
        if self.error is not None:
            raise self.error
        return self.update

    def finish(self, reason: str):
        return None, self.result


@pytest.fixture
def following(monkeypatch):
    monkeypatch.setattr(
        followed_series, "draw_page", lambda screen, size: np.zeros((size, size))
    )

    def begin(protocol: str = "", every: int = 3, feedback: bool = False) -> Following:
        one = Following(
            Order("tcp://127.0.0.1:5555", Wishes(protocol), every, 16, feedback)
        )
        one._run = Run()
        one._display = SimpleNamespace(
            fold=lambda *_: None, hear=lambda *_: None, screen=lambda now: SCREEN
        )
        return one

    return begin


def test_a_page_comes_after_every_so_many_metabolites(following) -> None:
    one = following()
    kinds = [Kind.WATER, *[Kind.METABOLITE] * 4, Kind.WATER, *[Kind.METABOLITE] * 2]
    given = [page for kind in kinds for page in one._push(transient(kind))]
    assert [page.transients for page in given] == [3, 6]
    assert all(isinstance(page, PageDrawn) for page in given)
    assert not given[0].last


def test_a_series_that_is_refused_ends_it(following) -> None:
    one = following()
    with pytest.raises(InputError, match="why"):
        list(one._push(message(Event(0.0, REFUSED, "why"))))
    assert list(one._push(message(Event(0.0, "note", "why")))) == []


def test_without_a_protocol_one_is_asked_for(following) -> None:
    for protocol, body, said in (
        ("", START, NO_PROTOCOL),
        ("x", START, "no basis"),
        ("", transient().body, "no basis"),
    ):
        one = following(protocol)
        one._run.error = InputError("no basis")
        with pytest.raises(InputError) as found:
            list(one._push(message(body)))
        assert str(found.value) == said


def test_the_screen_is_that_of_the_protocol(following, monkeypatch) -> None:
    one, shown = following(), []
    held = one._display

    def display(settings):
        shown.append(settings)
        return held

    monkeypatch.setattr(followed_series, "Display", display)
    list(one._push(message(START)))
    one._run.update.settings = Settings()
    list(one._push(transient()))
    assert shown == []
    list(one._push(message(START)))
    assert shown == [Settings()]


def test_a_change_of_frequency_is_asked_for_and_recorded(
    following, monkeypatch
) -> None:
    sent: list = []
    monkeypatch.setattr(followed_series, "send_event", lambda *said: sent.append(said))
    one = following(every=1, feedback=True)
    changes = iter([None, "change"])
    one._frequency = SimpleNamespace(
        take=lambda quality, count: next(changes), sentence="asked"
    )
    list(one._push(transient()))  # it has no quality
    one._run.update.quality = "quality"
    assert [type(given) for given in one._push(transient())] == [PageDrawn]
    change, page = one._push(transient())
    assert change == "change"
    assert page.comments[-1] == "asked"
    assert [words[2] for words in sent] == ["asked"]
    without = following(every=1)
    without._run.update.quality = "quality"
    assert [type(given) for given in without._push(transient())] == [PageDrawn]


def course(weights: list[float], epochs: list[int]) -> SimpleNamespace:
    return SimpleNamespace(
        qualities=[
            SimpleNamespace(weight=w, epoch=e)
            for w, e in zip(weights, epochs, strict=True)
        ],
        fids=[np.full(4, k, complex) for k in range(len(weights))],
    )


def test_averages_of_each_epoch_go_back_at_the_end(following) -> None:
    one = following()
    one._run.result.course = course([1.0, 3.0, 0.0, 1.0], [0, 0, 1, 2])
    last, first, third = one._finish()
    assert last.last
    assert isinstance(first, Averaged)
    assert (first.epoch, first.transients) == (0, 2)
    np.testing.assert_allclose(first.fid, np.full(4, 0.75))
    assert (third.epoch, third.transients) == (2, 1)
    one._run.hidden = True
    assert len(list(one._finish())) == 1
    one._run.hidden, one._run.result.acquisition = False, None
    assert len(list(one._finish())) == 1
    one._run.transients = 0
    with pytest.raises(InputError, match="No transient could be used"):
        list(one._finish())


def test_what_ends_a_series() -> None:
    assert _is_end(message(End(3, "over")))
    assert _is_end(message(Event(1.0, SERIES_END)))
    assert not _is_end(message(Event(1.0, "note")))
    assert not _is_end(transient())


@pytest.mark.parametrize(("alive", "orphan"), [(True, False), (False, True)])
def test_a_program_that_was_killed_leaves_an_orphan(monkeypatch, alive, orphan) -> None:
    parent = SimpleNamespace(is_alive=lambda: alive)
    monkeypatch.setattr(followed_series.mp, "parent_process", lambda: parent)
    assert _is_orphan() is orphan
    monkeypatch.setattr(followed_series.mp, "parent_process", lambda: None)
    assert not _is_orphan()


def test_what_a_page_says_in_lines() -> None:
    assert comments_of(SCREEN) == ("Glu: +5.0 %", "one", "SNR 20, SNR 20, SNR 20")
