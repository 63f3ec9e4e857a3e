"""What a session is begun with: protocol, and a stream or a recording."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from monitor.protocol.read_protocol import known_protocols, read_protocol
from monitor.protocol.settings import Settings
from monitor.run.identity import Identity

AS_NAMED = "as the session says"
STREAM = "tcp://"
USUAL = "tcp://127.0.0.1:5555"
"""Where a relay of this computer publishes if nobody says otherwise."""
MOST_LAST = 5


@dataclass(frozen=True, slots=True)
class Opening:
    """What the operator has chosen.

    Attributes
    ----------
    place : address of a relay (tcp://HOST:PORT) or path of a recording
    protocol : name or file; empty: the one that the session names or fits
    key : secret key file of a stream; empty: none
    hidden : a lock of this window that no other protocol lifts
    view : this window only looks on, and records nothing
    who : subject and visit, as typed
    """

    place: str = ""
    protocol: str = ""
    key: str = ""
    hidden: bool = False
    view: bool = False
    who: Identity = field(default_factory=Identity)

    @property
    def live(self) -> bool:
        """Whether it is a stream."""
        return self.place.startswith(STREAM)


def remembered(place: str, last: str) -> str:
    """Addresses that were used, the newest first, with one more: "A B C"."""
    used = dict.fromkeys(p for p in (place, *last.split()) if p.startswith(STREAM))
    return " ".join(list(used)[:MOST_LAST])


def places_for(chosen: str, last: str, running: tuple[str, ...]) -> tuple[str, ...]:
    """Addresses to choose from: the present one, relays that run here, used ones."""
    wanted = (chosen, *running, *last.split(), USUAL)
    return tuple(dict.fromkeys(place for place in wanted if place.startswith(STREAM)))


def offered() -> tuple[tuple[str, str], ...]:
    """Names of the protocols that ship with the program, each with its title."""
    return tuple((name, read_protocol(name).title) for name in known_protocols())


def expectation(protocol: str) -> str:
    """What a protocol expects of the scanner, in one line.

    Raises
    ------
    InputError : no such protocol
    """
    if not protocol:
        return "the protocol that the session names, else the one that it fits"
    return expected_words(read_protocol(protocol))


def expected_words(s: Settings) -> str:
    """What is compared with what arrives."""
    named = (
        (s.expect_sequence, ""),
        (_number(s.expect_echo_time_s, 1e3), "TE {} ms"),
        (_number(s.expect_repetition_time_s, 1e3), "TR {} ms"),
        (_number(s.expect_frequency_mhz, 1.0), "{} MHz"),
    )
    said = [(words or "{}").format(value) for value, words in named if value]
    hidden = "; outcome hidden" if s.outcome_hidden else ""
    expects = " · ".join(said) or "nothing in particular"
    return f"expects {expects}; window {s.window}, step {s.step}{hidden}"


def _number(value: float | None, scale: float) -> str:
    known = value is not None and math.isfinite(value)
    return f"{scale * value:g}" if known and value is not None else ""
