"""Is the scanner as a protocol expects?  One answer, with one tolerance a quantity.

Asked when a preset is chosen, while a session runs, and before the subject lies down.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.protocol.settings import Settings
from streams.messages.scanner_names import are_alike
from streams.messages.transient import Acquisition

FREQUENCY_PART = 0.05
"""The same nominal field: 3 T is 123.2 MHz at one vendor, 127.8 MHz at another."""
ECHO_TIME_S = 1e-3
"""J evolution changes no multiplet to speak of within a millisecond."""
ROUNDING_S = 1e-9
REPETITION_TIME_PART = 0.02
"""Triggering moves TR by as much; saturation then changes by less."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """A quantity that a protocol expects, and what the scanner announced.

    Attributes
    ----------
    quantity : "frequency" (MHz), "echo time" (s), "repetition time" (s), "nucleus" or
        "sequence"
    wanted, actual : `actual` is None or empty where it was not announced
    met : whether it is as expected; None where that cannot be said
    """

    quantity: str
    wanted: float | str
    actual: float | str | None
    met: bool | None


def expectations(
    acquisition: Acquisition, settings: Settings
) -> tuple[Expectation, ...]:
    """Everything that a protocol expects of an acquisition, met or not."""
    mhz, te_s = settings.expect_frequency_mhz, settings.expect_echo_time_s
    tr_s, nucleus = settings.expect_repetition_time_s, settings.expect_nucleus
    a, name = acquisition, settings.expect_sequence
    found = []
    if mhz is not None:
        off = abs(a.spectrometer_frequency_mhz / mhz - 1)
        found.append(
            Expectation(
                "frequency", mhz, a.spectrometer_frequency_mhz, off <= FREQUENCY_PART
            )
        )
    if te_s is not None:
        near = abs(a.echo_time_s - te_s) <= ECHO_TIME_S + ROUNDING_S
        found.append(Expectation("echo time", te_s, a.echo_time_s, near))
    if tr_s is not None and a.inversion_time_s is None:
        actual_s = a.repetition_time_s
        kept = actual_s and abs(actual_s / tr_s - 1) <= REPETITION_TIME_PART
        met = None if actual_s is None else bool(kept)
        found.append(Expectation("repetition time", tr_s, actual_s, met))
    found.append(Expectation("nucleus", nucleus, a.nucleus, a.nucleus == nucleus))
    if name:
        alike = are_alike(name, a.sequence) if a.sequence else None
        found.append(Expectation("sequence", name, a.sequence, alike))
    return tuple(found)
