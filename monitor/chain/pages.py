"""What goes back to the scanner, from a thread of its own.

Pages go as the analysis gives them.  One that is due and does not come in time is stood
in for by the page before, with a word about it, or by words alone.
"""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from monitor.chain.follower_process import Follower
from monitor.chain.images import page_message, spectrum_message
from monitor.chain.orders import Averaged, Failed, Followed, Given, Order, PageDrawn
from monitor.chain.page import draw_words, with_banner
from streams.chain.frequency_change import FrequencyChange
from streams.chain.server import Send
from streams.sources.mrd.header import Header

ANSWER_S = 0.5
"""A page that is later than this is late; one second is promised."""
TURN_S = 0.02
NO_ANALYSIS = "NO ANALYSIS"
SMALLEST = 256


@dataclass(frozen=True, slots=True)
class Due:
    """A page that the scanner is to get by a reading of the monotonic clock."""

    transients: int
    by_s: float


@dataclass(slots=True)
class Shown:
    """What the images need to know of the series.

    Attributes
    ----------
    header : of the series; None as long as there is none
    head : of its last acquisition, for the place of images
    size : points along the edge of a page
    conjugate : whether spectra go back as complex conjugates of ours
    transients : metabolite transients so far
    """

    header: Header | None = None
    head: bytes = b""
    size: int = SMALLEST
    conjugate: bool = True
    transients: int = 0


class Pages:
    """Sends pages and spectra of one series.

    Parameters
    ----------
    send : sends bytes back, never waits
    follower : a process that draws pages; None: there is none
    trouble : says why it is not recorded, and what else is to be said with each page
    warn : is told why there are no pages

    Attributes
    ----------
    shown : what the images need to know; kept by the session
    failure : why there are no pages any more; empty if nothing is wrong
    done : whether the process has done its order and can take another
    pages, spectra : sent so far
    """

    def __init__(
        self,
        send: Send,
        follower: Follower | None,
        trouble: Callable[[], tuple[str, ...]],
        warn: Callable[[str], None],
    ) -> None:
        self.shown = Shown()
        self.failure = "" if follower else "There is no analysis beside the chain."
        self.done, self.pages, self.spectra = True, 0, 0
        self._send, self._follower = send, follower
        self._trouble, self._warn = trouble, warn
        self._due: deque[Due] = deque()
        self._last: PageDrawn | None = None
        self._followed = False
        self._until_s = math.inf
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pages", daemon=True)

    def follow(self, order: Order) -> None:
        """Have the series followed."""
        if self._follower is not None:
            self.done = False
            self._follower.follow(order)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def expect(self) -> None:
        """A page is due now."""
        by_s = time.monotonic() + ANSWER_S
        self._due.append(Due(self.shown.transients, by_s))

    def fail(self, sentence: str) -> None:
        """There are no pages any more."""
        self.failure = sentence
        self._warn(sentence)

    def finish(self, timeout_s: float) -> None:
        """Send what is left; wait for the analysis for so long."""
        self._until_s = time.monotonic() + timeout_s
        self._ending.set()
        self._thread.join(timeout_s + 5.0)

    @property
    def _over(self) -> bool:
        """Whether nothing more will come from the analysis."""
        return self._followed or bool(self.failure)

    def _run(self) -> None:
        try:
            self._show()
        except Exception as error:  # nothing of this may touch the chain
            self._warn(f"Pages are not sent any more: {error!r}")

    def _show(self) -> None:
        while not (self._over and self._ending.is_set()):
            given = self._given()
            if given is not None:
                self._use(given)
            self._send_late()
            if time.monotonic() >= self._until_s and not self._over:
                self.failure = "The analysis was not done in time after the end."
        if self.failure:
            self._send_page(*self._stand_in(self.shown.transients))

    def _given(self) -> Given | None:
        if self._follower is None or self._over:
            time.sleep(TURN_S)
            return None
        return self._follower.given(TURN_S)

    def _use(self, given: Given) -> None:
        match given:
            case PageDrawn():
                self._last = given
                while self._due and self._due[0].transients <= given.transients:
                    self._due.popleft()
                facts = (f"{given.transients} transients", *self._trouble())
                self._send_page(given, (*facts, *given.comments))
            case FrequencyChange():
                self._send(given.message)
            case Averaged():
                self._send_spectrum(given)
            case Followed():
                self._followed = self.done = True
            case Failed(sentence, gone):
                self.done = not gone
                self.fail(sentence)

    def _send_page(self, page: PageDrawn, comments: tuple[str, ...]) -> None:
        self.pages += 1
        head, count = self.shown.head, page.transients
        self._send(page_message(page.pixels, self.pages, comments, count, head))

    def _send_spectrum(self, averaged: Averaged) -> None:
        shown = self.shown
        if shown.header is None:
            return
        self.spectra += 1
        self._send(
            spectrum_message(
                averaged, self.spectra, shown.header, shown.conjugate, shown.head
            )
        )

    def _send_late(self) -> None:
        """For each page that is late, what stands in for it."""
        while self._due and time.monotonic() >= self._due[0].by_s:
            self._send_page(*self._stand_in(self._due.popleft().transients))

    def _stand_in(self, transients: int) -> tuple[PageDrawn, tuple[str, ...]]:
        """The last page, or words, and what is said with it."""
        known = 0 if self._last is None else self._last.transients
        lines = tuple(self._words(known, transients))
        if self._last is None:
            return PageDrawn(0, draw_words(lines, self.shown.size), ()), lines
        pixels = with_banner(self._last.pixels, lines)
        page = PageDrawn(known, pixels, self._last.comments)
        return page, (*lines, *page.comments)

    def _words(self, known: int, transients: int) -> Iterator[str]:
        if self.failure:
            yield f"{NO_ANALYSIS}: {self.failure}"
        else:
            yield f"THE ANALYSIS IS BEHIND: {known} of {transients} transients."
        yield from self._trouble() or ("All are recorded.",)
