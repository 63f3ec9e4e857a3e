"""One measurement in the scanner's chain.

What comes is recorded and passed on at once; pages are due after every so many
metabolite transients (`monitor.chain.pages`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from monitor.chain.card_rules import mrd_rules_of, protocol_of, recording_name
from monitor.chain.follower_process import Follower
from monitor.chain.orders import Order
from monitor.chain.pages import Pages
from monitor.chain.parameters import CardSettings, card_settings
from monitor.chain.recorder import Recorder, with_lock
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

END_S, GONE_S, STOPPED_S = 60.0, 5.0, 1.0
"""For the analysis: after the scanner's CLOSE, when it is gone, when we are stopped."""
RECORDED_S = 20.0
HEAD_BYTES = 340
OPENING = frozenset({Id.CONFIG_FILE, Id.CONFIG_TEXT, Id.HEADER, Id.TEXT})
LEAVING = frozenset({Id.CONFIG_FILE, Id.ACQUISITION, Id.WAVEFORM})
PASSED = frozenset({Id.ACQUISITION, Id.WAVEFORM, Id.IMAGE})


class AppSession:
    """What becomes of one connection; see `streams.chain.server`.

    Parameters
    ----------
    send : sends bytes back, never waits
    folder : of the recordings
    follower : a process that draws pages; None: there is none
    say : is told what happens
    feedback : whether the scanner is asked to change its frequency
    """

    def __init__(
        self,
        send: Send,
        folder: Path,
        follower: Follower | None,
        say: Callable[[str], None],
        feedback: bool = False,
    ) -> None:
        self._feedback = feedback
        self._send, self._folder, self._say = send, folder, say
        self._opening: list[Frame] = []
        self._card: CardSettings = card_settings("")
        self._rules = MrdRules()
        self._tees: list[Tee] = []
        self._recorder: Recorder | None = None
        self._begun = False
        self._place = 0
        self._passed: Counter[str] = Counter()
        self._pages = Pages(send, follower, self._trouble, self._warn)
        self._shown = self._pages.shown

    @property
    def well(self) -> bool:
        """Whether the process beside it can take another order."""
        return self._pages.done

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
            self._pages.fail(f"A message could not be worked on: {error!r}")
        if frame.id in PASSED and self._card.flag("passraw"):
            self._passed[frame.id.name.lower()] += 1
            self._send(content)

    def _work_on(self, frame: Frame, content: bytes) -> None:
        """Record it, and count it if it is a transient."""
        self._put(frame, content)
        if frame.id is Id.ACQUISITION:
            self._count(frame.content)

    def _begin(self) -> None:
        """Open everything, now that settings and header are known."""
        self._begun = True
        try:
            self._read_opening()
            self._record()
        except InputError as error:
            self._pages.fail(str(error))
        finally:
            self._pages.start()
        for problem in self._card.problems:
            self._warn(problem)

    def _read_opening(self) -> None:
        for frame in self._opening:
            text = frame.content[4:].split(b"\0", 1)[0]
            if frame.id is Id.TEXT:
                self._card = card_settings(text.decode("utf-8", "replace"))
            elif frame.id is Id.HEADER:
                self._shown.header = Header("The scanner's header", text)
        self._rules = mrd_rules_of(self._card)
        self._shown.conjugate = self._rules.conjugate
        self._shown.size = int(self._card.text("imagesize"))
        if self._shown.header is None:
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
            self._put(frame, frame_bytes(frame))
        self._pages.follow(self._order(settings.outcome_hidden))

    def _put(self, frame: Frame, content: bytes) -> None:
        """Record a message; a relay outside gets it without the subject."""
        if not self._tees:
            return
        recorder, *outside = self._tees
        recorder.put(content)
        for relay in outside:
            relay.put(_without_subject(frame, content))

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
        return Order(
            endpoint,
            wishes,
            card.number("pageevery"),
            self._shown.size,
            self._feedback,
        )

    def _count(self, content: bytes) -> None:
        """Count metabolite transients; a page is due after every so many."""
        self._shown.head = content[:HEAD_BYTES]
        try:
            readout = readout_of(content)
        except MrdError:
            return
        if readout.flagged(NOISE) or any(readout.flagged(flag) for flag in LEFT_OUT):
            return
        if self._is_water(readout):
            return
        self._shown.transients += 1
        if self._shown.transients % self._card.number("pageevery") == 0:
            self._pages.expect()

    def _is_water(self, readout: Readout) -> bool:
        header, place = self._shown.header, self._place
        self._place += 1
        return header is not None and self._rules.is_water(readout, place, header)

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
        self._pages.finish({CLOSED: END_S, STOPPED: STOPPED_S}.get(reason, GONE_S))
        if self._recorder is not None:
            self._recorder.stop()
        self._say(f"{reason}: {self._summary()}")

    def _summary(self) -> str:
        passed = ", ".join(f"{n} {name}" for name, n in sorted(self._passed.items()))
        path = self._recorder.path if self._recorder else "nothing"
        return (
            f"{self._shown.transients} metabolite transients; passed on: "
            f"{passed or 'nothing'}; sent: {self._pages.pages} pages, "
            f"{self._pages.spectra} spectra; recorded: {path}"
        )

    # -- what is said ------------------------------------------------------------------

    def _trouble(self) -> tuple[str, ...]:
        """What is to be said with each page; nothing where all is well."""
        said = []
        if self._recorder is None or self._recorder.problem:
            why = self._recorder.problem if self._recorder else ""
            said.append(f"NOT RECORDED. {why}".strip())
        return (*said, *(tee.problem for tee in self._tees[1:] if tee.problem))

    def _warn(self, sentence: str) -> None:
        """Say it in the program's log and in the scanner's."""
        self._say(sentence)
        self._send(text_bytes(f"WRN mrs-monitor: {sentence}"[:MOST_TEXT]))


def _without_subject(frame: Frame, content: bytes) -> bytes:
    """A message as it may leave this program; empty where it may not.

    The header is cut; texts, images and their attributes stay inside.
    """
    if frame.id is Id.HEADER:
        text = frame.content[4:].split(b"\0", 1)[0]
        xml = Header("The scanner's header", text).cut_xml + b"\0"
        return frame_bytes(Frame(Id.HEADER, len(xml).to_bytes(4, "little") + xml))
    return content if frame.id in LEAVING else b""
