"""What a protocol card means for the recording: rules, protocol, name of the file."""

from __future__ import annotations

import math
import re
import time
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace

from monitor.chain.parameters import CardSettings
from monitor.protocol.read_protocol import read_protocol
from monitor.protocol.settings import Settings
from monitor.protocol.site_rules import mrd_rules
from streams.chain.server import IDLE_S
from streams.messages.transient import Body, Event, Transient
from streams.sources.mrd.rules import MrdRules

START, STOP, AUTHOR = "infusion_start", "infusion_stop", "protocol card"
CODE = re.compile(r"[A-Za-z0-9-]{1,24}")


def mrd_rules_of(card: CardSettings) -> MrdRules:
    """Rules for the scanner's stream: the protocol's, with the card's over them."""
    rules = replace(
        mrd_rules(card.protocol),
        conjugate=card.flag("conjugate"),
        water_first=card.number("waterfirst"),
        water_set=card.number("waterset"),
        echo_time_s=card.echo_time_s,
        idle_least_s=2 * IDLE_S,  # the chain itself judges what silence means
    )
    if card.infusion_s:
        return rules
    return replace(rules, external_1=START, external_1_end=STOP)


def marked(bodies: Iterable[Body], infusion_s: float) -> Iterator[Body]:
    """Bodies, with the start of the infusion where the card has its time."""
    waits, first_s = infusion_s > 0, math.nan
    for body in bodies:
        if waits and isinstance(body, Transient):
            first_s = body.time_s if math.isnan(first_s) else first_s
            waits = body.time_s < first_s + infusion_s
            if not waits:
                text = f"{infusion_s / 60:g} min after the first transient, by the card"
                yield Event(first_s + infusion_s, START, text, AUTHOR)
        yield body


def protocol_of(card: CardSettings) -> Settings:
    """Settings of the protocol; the defaults where it is found from the header."""
    return read_protocol(card.protocol) if card.protocol else Settings()


def recording_name(card: CardSettings) -> str:
    """Name of a new recording: time, the subject's code if it is one, and chance."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    code = card.text("subjectcode")
    named = f"{code}-" if CODE.fullmatch(code) else ""
    return f"{named}{stamp}-{uuid.uuid4().hex[:4]}.mcap"
