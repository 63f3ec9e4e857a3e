"""One series followed: messages into the pipeline, pages and averages out."""

from __future__ import annotations

import contextlib
import multiprocessing as mp
import time
from collections.abc import Iterator

import numpy as np

from monitor.analysis.preparation.quality import Quality
from monitor.chain.feedback import FrequencyWatch
from monitor.chain.orders import SERIES_END, TURN_S, Averaged, Given, Order, PageDrawn
from monitor.chain.page import draw_page
from monitor.protocol.settings import Settings
from monitor.run.session_run import SessionRun
from monitor.run.stream_state import Stream
from monitor.screen.display import Display
from monitor.screen.screen import Screen
from streams.chain.frequency_change import FrequencyChange
from streams.errors import InputError
from streams.messages.transient import End, Event, Kind, Message, Start, Transient
from streams.subscription.recorded_event import send_event
from streams.subscription.subscriber import Subscriber

REFUSED = "series_refused"
ASKED, CHAIN = "frequency_asked", "chain"
NO_PROTOCOL = (
    "None of the bundled protocols fits sequence, echo time and field of what the "
    "scanner sends: choose Protocol on the protocol card."
)


class Following:
    """Follows the series that an order names."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._run = SessionRun(order.wishes)
        self._display = Display(Settings())
        self._transients = 0
        self._frequency = FrequencyWatch() if order.feedback else None

    def run(self) -> Iterator[Given]:
        """Pages while transients come, then the last page and the averages.

        Raises
        ------
        InputError : no protocol or basis set fits, or nothing could be analysed
        """
        with Subscriber(self._order.endpoint) as subscriber:
            ended = False
            while not ended:
                if _is_orphan():
                    raise InputError("The program that asked for pages has gone.")
                for message in subscriber.poll(TURN_S):
                    ended = _is_end(message)
                    if ended:
                        break
                    yield from self._push(message)
        yield from self._finish()

    def _push(self, message: Message) -> Iterator[Given]:
        body = message.body
        if isinstance(body, Event) and body.kind == REFUSED:
            raise InputError(body.text)
        try:
            update = self._run.push(message)
        except InputError:
            if isinstance(body, Start) and not self._order.wishes.protocol:
                raise InputError(NO_PROTOCOL) from None
            raise
        if update.settings is not None and isinstance(body, Start):
            self._display = Display(update.settings)
        self._display.fold(update, time.monotonic())
        if isinstance(body, Transient) and body.kind is Kind.METABOLITE:
            self._transients += 1
            if update.quality is not None:  # before the page, which takes a while
                yield from self._frequency_change(update.quality)
            if self._transients % self._order.every == 0:
                yield self._page()

    def _frequency_change(self, quality: Quality) -> Iterator[FrequencyChange]:
        """Ask for the change that is due; then have it recorded, for who reads it."""
        if self._frequency is None:
            return
        change = self._frequency.take(quality, self._transients)
        if change is None:
            return
        yield change
        with contextlib.suppress(InputError):  # the recorder has ended: so do we
            send_event(self._order.endpoint, ASKED, self._frequency.sentence, CHAIN)

    def _finish(self) -> Iterator[Given]:
        if not self._run.transients:
            raise InputError("No transient could be used: there is nothing to show.")
        update, result = self._run.finish("series ended")
        if update is not None:
            self._display.fold(update, time.monotonic())
        yield self._page(last=True)
        if self._run.hidden or result.acquisition is None:
            return
        course = result.course
        epochs = np.array([quality.epoch for quality in course.qualities])
        for epoch in sorted(set(epochs.tolist())):
            own = np.flatnonzero(epochs == epoch)
            fids = np.stack([course.fids[i] for i in own])
            weights = np.array([course.qualities[i].weight for i in own])
            if not weights.sum() > 0:
                continue
            mean = np.average(fids, axis=0, weights=weights).astype(np.complex64)
            yield Averaged(epoch, len(own), mean, result.acquisition.dwell_time_s)

    def _page(self, last: bool = False) -> PageDrawn:
        self._display.hear(Stream(connected=True), time.monotonic())
        screen = self._display.screen(time.monotonic())
        pixels = draw_page(screen, self._order.size)
        asked = (self._frequency.sentence,) if self._frequency else ()
        comments = (*comments_of(screen), *asked)
        return PageDrawn(self._transients, pixels, comments, last)


def _is_orphan() -> bool:
    """Whether the main program was killed; its relay has gone with it."""
    parent = mp.parent_process()
    return parent is not None and not parent.is_alive()


def _is_end(message: Message) -> bool:
    body = message.body
    return isinstance(body, End) or (
        isinstance(body, Event) and body.kind == SERIES_END
    )


def comments_of(screen: Screen) -> tuple[str, ...]:
    """What the page says, in lines."""
    head = screen.headline
    quality = ", ".join(f"{s.name} {s.now} {s.unit}".strip() for s in screen.strips[:3])
    lines = (
        f"{head.title}: {head.number} {head.interval}".strip(),
        head.verdict,
        *head.lines,
        quality,
    )
    return tuple(line for line in lines if line)
