"""The settings that a protocol card shows, in one table, and what arrives from it.

OpenRecon sends them as JSON in a text message behind the header, FIRE from a file that
is deployed beside its `fire.ini`:

    {"version": "1.1.0", "parameters": {"pageevery": 32, ...}}

Values may be texts there ("32", "True").  A value that cannot be used is said in a
sentence, and the default holds; where it is the lock, the outcome is hidden.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from monitor.analysis.course.outcomes import RATIOS, SUMS
from monitor.protocol.read_protocol import known_protocols

Value = bool | int | float | str
AUTOMATIC = "auto"
LONGEST_TEXT = 64
CONFIG_VERSION = "1.1.0"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One setting on the protocol card.

    Attributes
    ----------
    id : letters and digits, as the label wants it
    label, information : its name and a sentence about it
    default : its type says what kind of parameter it is
    low, high : of numbers
    unit : at most three letters
    values : what can be chosen, as (id, name); empty: no choice
    """

    id: str
    label: str
    information: str
    default: Value
    low: float = 0
    high: float = 0
    unit: str = ""
    values: tuple[tuple[str, str], ...] = ()


def _choice(*values: str) -> tuple[tuple[str, str], ...]:
    return tuple((value, value) for value in values)


def _protocols() -> tuple[tuple[str, str], ...]:
    return (AUTOMATIC, "as echo time and field say"), *_choice(*known_protocols())


OUTCOMES = ("Glx/tNAA", *(r for r in RATIOS if r != "Glx/tNAA"), "Glu", *SUMS)

PARAMETERS = (
    Parameter("protocol", "Protocol", "Analysis protocol with its basis set.",
              AUTOMATIC, values=_protocols()),
    Parameter("echotime", "Echo time", "Where the header has none; 0: it must have.",
              0.0, 0.0, 500.0, "ms"),
    Parameter("waterfirst", "Water first", "So many transients at the start of the "
              "series are water reference.", 0, 0, 64),
    Parameter("waterset", "Water set", "Transients whose counter set is this are water "
              "reference; -1: none.", -1, -1, 64),
    Parameter("infusion", "Infusion after", "Minutes from the first transient to the "
              "start of the infusion; 0: edges at EXT1 are its start and stop.",
              0.0, 0.0, 600.0, "min"),
    Parameter("conjugate", "Conjugate", "Samples arrive as complex conjugates "
              "(Siemens: yes).", True),
    Parameter("window", "Window", "Transients in a window.", 32, 4, 512),
    Parameter("outcome", "Outcome", "What the headline and the trend show.",
              "Glx/tNAA", values=_choice(*OUTCOMES)),
    Parameter("blinded", "Blinded", "No outcome is shown, sent or written; the "
              "recording keeps the lock.", False),
    Parameter("subjectcode", "Subject code", "A pseudonym for the name of the "
              "recording: letters, digits, - ; never a name.", ""),
    Parameter("relay", "Relay", "HOST:PORT of mrs-monitor relay --source mrd; empty: "
              "it is recorded here only.", ""),
    Parameter("pageevery", "Page every", "A page comes back every so many "
              "transients.", 32, 4, 512),
    Parameter("imagesize", "Image size", "Pixels of the page's edge.", "512",
              values=_choice("256", "512", "1024")),
    Parameter("passraw", "Pass raw data on", "Everything that arrives is sent back "
              "bit by bit for the next step of the chain.", True),
)  # fmt: skip
"""At most 14, which is what the label's schema allows."""

BY_ID = {parameter.id: parameter for parameter in PARAMETERS}


@dataclass(frozen=True, slots=True)
class CardSettings:
    """What the protocol card says, and what of it could not be used."""

    values: Mapping[str, Value]
    problems: tuple[str, ...] = field(default_factory=tuple)

    def text(self, name: str) -> str:
        """A text or a choice."""
        return str(self.values[name])

    def number(self, name: str) -> int:
        """A whole number."""
        return int(self.values[name])

    def flag(self, name: str) -> bool:
        """Yes or no."""
        return bool(self.values[name])

    @property
    def echo_time_s(self) -> float:
        """Echo time where the header has none, s; 0: it must have one."""
        return 1e-3 * float(self.values["echotime"])

    @property
    def infusion_s(self) -> float:
        """From the first transient to the start of the infusion, s; 0: not given."""
        return 60 * float(self.values["infusion"])

    @property
    def protocol(self) -> str:
        """Name of a bundled protocol; empty: as echo time and field say."""
        name = self.text("protocol")
        return "" if name == AUTOMATIC else name


def defaults() -> dict[str, Value]:
    """The values of a card that nobody touched."""
    return {parameter.id: parameter.default for parameter in PARAMETERS}


def config_json() -> str:
    """The defaults as the JSON that FIRE sends, to be edited by a site."""
    said = {"version": CONFIG_VERSION, "parameters": defaults()}
    return json.dumps(said, indent=4) + "\n"


def card_settings(text: str) -> CardSettings:
    """Settings from the text behind the header; the defaults where there is none."""
    values, problems = defaults(), list[str]()
    for name, given in _given(text, problems).items():
        parameter = BY_ID.get(name)
        if parameter is None:
            continue  # of another program on the same card
        found = _value(parameter, given)
        if found is None:
            values[name] = True if name == "blinded" else parameter.default
            problems.append(
                f"{parameter.label} = {str(given)[:20]!r} cannot be used: "
                f"{values[name]!r} holds; correct it on the protocol card."
            )
        else:
            values[name] = found
    return CardSettings(values, tuple(problems))


def _given(text: str, problems: list[str]) -> dict[str, object]:
    if not text.strip():
        return {}
    try:
        found = json.loads(text)
        given = found.get("parameters", {})
        return dict(given)
    except (ValueError, TypeError, AttributeError, RecursionError):
        problems.append("The settings that arrived are no JSON: the defaults hold.")
        return {}


def _value(parameter: Parameter, given: object) -> Value | None:
    """What was given in the parameter's type; None where it cannot be."""
    if parameter.values:
        known = [name for name, _ in parameter.values]
        return str(given) if str(given) in known else None
    if isinstance(parameter.default, bool):
        said = str(given).strip().lower()
        return {"true": True, "1": True, "false": False, "0": False}.get(said)
    if isinstance(parameter.default, str):
        return _short_text(given)
    return _number(parameter, given)


def _short_text(given: object) -> str | None:
    if not isinstance(given, str) or len(given) > LONGEST_TEXT:
        return None
    return given.strip() if given.isprintable() else None


def _number(parameter: Parameter, given: object) -> int | float | None:
    if isinstance(given, bool):
        return None
    try:
        number = float(str(given))
    except ValueError:
        return None
    if not parameter.low <= number <= parameter.high:
        return None
    if isinstance(parameter.default, float):
        return number
    return int(number) if number == int(number) else None
