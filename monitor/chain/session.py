"""One measurement in the scanner's chain.

What comes is passed on and recorded at once; pages are due after every so many
metabolite transients and go back within `ANSWER_S`, whatever the analysis does: if its
page is late, an earlier one goes, and says so, and the page follows.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor.chain.follower import (
    Averaged,
    Failed,
    Followed,
    Follower,
    Given,
    Order,
    PageDrawn,
)
from monitor.chain.images import page_message, spectrum_message
from monitor.chain.page import draw_words, with_banner
from monitor.chain.parameters import CardSettings, card_settings
from monitor.chain.recorder import Recorder, with_lock
from monitor.chain.rules import mrd_rules_of, protocol_of, recording_name
from monitor.protocol.choose import Wishes
from streams.chain.server import CLOSED, MOST_TEXT, STOPPED, Send
from streams.chain.tee import Address, Tee
from streams.errors import InputError
from streams.sources.mrd.header import Header
from streams.sources.mrd.messages import MrdError, Readout, readout_of
from streams.sources.mrd.parser import CLOSE_BYTES, Frame, Id
from streams.sources.mrd.rules import MrdRules
from streams.sources.mrd.series import LEFT_OUT, NOISE
from streams.sources.mrd.writer import frame_bytes, text_bytes

ANSWER_S = 0.6
"""A page that is later than this is late; one second is promised."""
END_S = 60.0
RECORDED_S = 20.0
TURN_S = 0.02
OPENING = frozenset({Id.CONFIG_FILE, Id.CONFIG_TEXT, Id.HEADER, Id.TEXT})
PASSED = frozenset({Id.ACQUISITION, Id.WAVEFORM, Id.IMAGE})
STOPPED_S = 1.0


@dataclass(frozen=True, slots=True)
class Due:
    """A page that the scanner is to get by a reading of the monotonic clock."""

    transients: int
    by_s: float


class AppSession:
    """What becomes of one connection; see `streams.chain.server`.

    Parameters
    ----------
    send : sends bytes back, never waits
    folder : of the recordings
    follower : a process that draws pages; None: there is none
    say : is told what happens
    """

    def __init__(
        self,
        send: Send,
        folder: Path,
        follower: Follower | None,
        say: Callable[[str], None],
    ) -> None:
        self._send, self._folder, self._follower = send, folder, follower
        self._say = say
        self._opening: list[Frame] = []
        self._card: CardSettings = card_settings("")
        self._header: Header | None = None
        self._rules = MrdRules()
        self._tees: list[Tee] = []
        self._recorder: Recorder | None = None
        self._begun = self._followed = False
        self._done = True  # with its order, since it has none yet
        self._head = b""
        self._transients = self._place = 0
        self._passed: Counter[str] = Counter()
        self._due: deque[Due] = deque()
        self._page: PageDrawn | None = None
        self._failure = "" if follower else "There is no analysis beside the chain."
        self._index, self._spectra = 0, 0
        self._ending, self._end_s = threading.Event(), END_S
        self._shown = threading.Thread(target=self._show, name="pages", daemon=True)

    @property
    def well(self) -> bool:
        """Whether the process beside it can take another order."""
        return self._done

    # -- what comes, in the thread that reads ------------------------------------------

    def take(self, frame: Frame) -> None:
        """Take in a message of the scanner; never waits, and passes it on whatever."""
        if not self._begun and frame.id in OPENING:
            self._opening.append(frame)
            return
        content = frame_bytes(frame)
        try:
            if not self._begun:
                self._begin()
            self._work_on(frame, content)
        except Exception as error:  # of ours: it may cost a page, never the chain
            self._fail(f"A message could not be worked on: {error!r}")
        if frame.id in PASSED and self._card.flag("passraw"):
            self._passed[frame.id.name.lower()] += 1
            self._send(content)

    def _work_on(self, frame: Frame, content: bytes) -> None:
        """Record it, and count it if it is a transient."""
        for tee in self._tees:
            tee.put(content)
        if frame.id is Id.ACQUISITION:
            self._count(frame.content)

    def _begin(self) -> None:
        """Open everything, now that settings and header are known."""
        self._begun = True
        try:
            self._read_opening()
            self._record()
        except InputError as error:
            self._fail(str(error))
        finally:
            self._shown.start()
        for problem in self._card.problems:
            self._warn(problem)

    def _read_opening(self) -> None:
        for frame in self._opening:
            text = frame.content[4:].split(b"\0", 1)[0]
            if frame.id is Id.TEXT:
                self._card = card_settings(text.decode("utf-8", "replace"))
            elif frame.id is Id.HEADER:
                self._header = Header("The scanner's header", text)
        self._rules = mrd_rules_of(self._card)
        if self._header is None:
            raise InputError("The scanner sent no header: nothing can be recorded.")

    def _record(self) -> None:
        """Begin to record, to follow, and to send on to a relay outside."""
        card = self._card
        settings = with_lock(protocol_of(card), card.flag("blinded"))
        path = self._folder / recording_name(card)
        self._recorder = Recorder(
            path, self._rules, settings, card.infusion_s, self._say
        )
        self._say(f"recording: {path}")
        self._tees.append(Tee(Address("127.0.0.1", self._recorder.port)))
        if card.text("relay"):
            self._tees.append(Tee(Address.parse(card.text("relay"), "Relay")))
        for frame in self._opening:
            for tee in self._tees:
                tee.put(self._without_subject(frame))
        if self._follower is not None:
            self._done = False
            self._follower.follow(self._order(settings.outcome_hidden))

    def _without_subject(self, frame: Frame) -> bytes:
        """A message as it may leave this program: the header without its subject."""
        if frame.id is not Id.HEADER or self._header is None:
            return frame_bytes(frame)
        xml = self._header.cut_xml + b"\0"
        content = len(xml).to_bytes(4, "little") + xml
        return frame_bytes(Frame(Id.HEADER, content))

    def _order(self, hidden: bool) -> Order:
        card = self._card
        changes: dict[str, object] = {
            "window": card.number("window"),
            "outcome": card.text("outcome"),
        }
        if hidden:
            changes["outcome_hidden"] = True
        wishes = Wishes(card.protocol, changes=changes)
        endpoint = self._recorder.endpoint if self._recorder else ""
        size = int(card.text("imagesize"))
        return Order(endpoint, wishes, card.number("pageevery"), size)

    def _count(self, content: bytes) -> None:
        """Count metabolite transients; a page is due after every so many."""
        self._head = content[:340]
        try:
            readout = readout_of(content)
        except MrdError:
            return
        if readout.flagged(NOISE) or any(readout.flagged(flag) for flag in LEFT_OUT):
            return
        if self._is_water(readout):
            return
        self._transients += 1
        if self._transients % self._card.number("pageevery") == 0:
            self._due.append(Due(self._transients, time.monotonic() + ANSWER_S))

    def _is_water(self, readout: Readout) -> bool:
        name = self._header.protocol_name if self._header else ""
        water = self._rules.is_water(readout, self._place, name)
        self._place += 1
        return water

    # -- the end -----------------------------------------------------------------------

    def finish(self, reason: str) -> None:
        """Record what is left, wait for the last page, close the recording."""
        if not self._begun:
            self._say(f"{reason}: nothing was sent but a header, perhaps.")
            return
        for tee in self._tees:
            if reason == CLOSED:
                tee.put(CLOSE_BYTES)
        whole = [tee.finish(RECORDED_S) for tee in self._tees]
        if whole and not whole[0] and reason == CLOSED:
            self._warn(f"The recording may lack the end. {self._tees[0].problem}")
        for tee in self._tees[1:]:
            if tee.problem:
                self._warn(f"The relay has not got everything: {tee.problem}")
        if reason == STOPPED:  # whoever stops us does not wait long
            self._end_s = min(END_S, STOPPED_S)
        self._ending.set()
        self._shown.join(self._end_s + 5.0)
        if self._recorder is not None:
            self._recorder.stop()
        self._say(f"{reason}: {self._summary()}")

    def _summary(self) -> str:
        passed = ", ".join(f"{n} {name}" for name, n in sorted(self._passed.items()))
        text = (
            f"{self._transients} metabolite transients, passed on: {passed or 'none'}"
        )
        path = self._recorder.path if self._recorder else "nothing"
        return f"{text}; {self._index} pages, {self._spectra} spectra; recorded: {path}"

    # -- what goes back, in a thread of its own ----------------------------------------

    def _show(self) -> None:
        """Send pages as they come, and what stands in for those that are late."""
        until = float("inf")
        try:
            while time.monotonic() < until:
                if self._ending.is_set() and until == float("inf"):
                    until = time.monotonic() + self._end_s
                given = self._given()
                if given is not None:
                    self._use(given)
                self._send_late()
                if self._over and self._ending.is_set():
                    break
            else:
                self._failure = (
                    f"The analysis was not done {END_S:.0f} s after the end."
                )
            self._last_words()
        except Exception as error:  # nothing of this may touch the chain
            self._say(f"Pages are not sent any more: {error!r}")

    @property
    def _over(self) -> bool:
        """Whether nothing more will come from the analysis."""
        return self._followed or bool(self._failure)

    def _given(self) -> Given | None:
        if self._follower is None or self._over:
            time.sleep(TURN_S)
            return None
        return self._follower.given(TURN_S)

    def _use(self, given: Given) -> None:
        match given:
            case PageDrawn():
                self._page = given
                while self._due and self._due[0].transients <= given.transients:
                    self._due.popleft()
                self._send_page(given)
            case Averaged() if self._header is not None:
                self._spectra += 1
                self._send(
                    spectrum_message(
                        given,
                        self._spectra,
                        self._header,
                        self._rules.conjugate,
                        self._head,
                    )
                )
            case Followed():
                self._followed = self._done = True
            case Failed(sentence, gone):
                self._done = not gone
                self._fail(sentence)

    def _send_page(self, page: PageDrawn) -> None:
        comments = (*self._facts(page.transients), *page.comments)
        self._send_pixels(page, comments)

    def _send_pixels(self, page: PageDrawn, comments: tuple[str, ...]) -> None:
        self._index += 1
        self._send(
            page_message(
                page.pixels, self._index, comments, page.transients, self._head
            )
        )

    def _facts(self, analysed: int) -> tuple[str, ...]:
        """What is always said with a page."""
        facts = [f"{analysed} transients"]
        if self._recorder is None or self._recorder.problem:
            facts.append("NOT RECORDED")
        return (*facts, *(tee.problem for tee in self._tees[1:] if tee.problem))

    def _send_late(self) -> None:
        """For each page that is late, the last one with a word about it."""
        while self._due and time.monotonic() >= self._due[0].by_s:
            due = self._due.popleft()
            self._send_pixels(*self._stand_in(due.transients))

    def _stand_in(self, transients: int) -> tuple[PageDrawn, tuple[str, ...]]:
        """The last page, or words, and what is said with it."""
        size = int(self._card.text("imagesize"))
        known = 0 if self._page is None else self._page.transients
        lines = list(self._words(known, transients))
        if self._page is None:
            page = PageDrawn(0, draw_words(lines, size), ())
        else:
            pixels = with_banner(self._page.pixels, lines)
            page = PageDrawn(known, pixels, self._page.comments)
        return page, (*lines, *page.comments)

    def _words(self, known: int, transients: int) -> Iterator[str]:
        if self._failure:
            yield f"NO ANALYSIS: {self._failure}"
        else:
            yield f"THE ANALYSIS IS BEHIND: {known} of {transients} transients."
        if self._recorder is None or self._recorder.problem:
            why = self._recorder.problem if self._recorder else ""
            yield f"NOT RECORDED. {why}".strip()
        else:
            yield "All are recorded and passed on."

    def _last_words(self) -> None:
        """At the end, why there is no last page, where there is none."""
        if self._failure:
            self._send_pixels(*self._stand_in(self._transients))

    def _fail(self, sentence: str) -> None:
        self._failure = sentence
        self._warn(sentence)

    def _warn(self, sentence: str) -> None:
        """Say it in the program's log and in the scanner's."""
        self._say(sentence)
        self._send(text_bytes(f"WRN mrs-monitor: {sentence}"[:MOST_TEXT]))
