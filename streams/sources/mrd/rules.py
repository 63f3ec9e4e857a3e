"""What a site says about its scanner's MRD stream: the table `[mrd]` of a protocol.

Nothing here is guessed from arrival or content; where a check on what arrives
contradicts a rule, it says so and the rule is still followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from streams.errors import InputError
from streams.messages.scanner_names import says_unsuppressed
from streams.messages.tables import check_names, check_type
from streams.sources.mrd.header import Header
from streams.sources.mrd.messages import SET, Readout

SIEMENS_TICK_S, TICK_S = 2.5e-3, 1e-3
MOST_KIND = 64
COUNTERS = {
    "average": 2,
    "slice": 3,
    "contrast": 4,
    "phase": 5,
    "repetition": 6,
    "set": 7,
    "segment": 8,
    **{f"user_{number}": 9 + number for number in range(8)},
}
"""Places of counters in `idx` of an acquisition's head."""


@dataclass(frozen=True, slots=True)
class MrdRules:
    """How a scanner's stream is to be understood.

    Attributes
    ----------
    conjugate : whether samples arrive as complex conjugates of ours (Siemens: yes)
    oversampling : acquired points for each kept one; 0: as `SpecVectorSize` says, or
        as received where there is none
    water_set : transients whose counter `set` is this are water reference; -1: no rule
    water_first : so many transients at the start of each series are water reference
    water_protocol : part of the scanner's protocol name that makes a whole series water
        reference; empty: no rule
    tick_s : unit of time stamps, s; 0: 2.5 ms for Siemens, else 1 ms, whichever of the
        two fits TR
    water_last : so many transients at the end of each series, where its header says
        how many there are
    water_every : every so many-th transient, counted from the first
    water_counter, water_value : transients whose counter of that name (average, slice,
        contrast, phase, repetition, set, segment, user_0, ...) is this
    macromolecule_protocol : part of the scanner's protocol name that makes a whole
        series one of macromolecules (metabolites nulled); empty: no rule
    macromolecule_counter, macromolecule_value : transients whose counter of that name
        is this
    water_saturation : whether a series whose header says that its water is not
        suppressed is water reference
    skip_points : points before the top of the echo, as they arrive, to be cut off
    echo_time_s : TE, whatever the scanner's header says; 0: the header's
    external_1, external_2 : kind of event at the rising edge of external waveform 1, 2
    external_1_end, external_2_end : the same at the falling edge; empty: none
    external_level : an external waveform is high above this value
    external_least_s : edges that follow another sooner are bounces of a contact, s
    idle_trs, idle_least_s : a connection silent for so many TR, and so long, is dead
    """

    conjugate: bool = True
    oversampling: int = 0
    water_set: int = -1
    water_first: int = 0
    water_protocol: str = ""
    water_last: int = 0
    water_every: int = 0
    water_counter: str = ""
    water_value: int = 0
    macromolecule_protocol: str = ""
    macromolecule_counter: str = ""
    macromolecule_value: int = 0
    water_saturation: bool = True
    skip_points: int = 0
    tick_s: float = 0.0
    echo_time_s: float = 0.0
    external_1: str = "trigger_1"
    external_2: str = "trigger_2"
    external_1_end: str = ""
    external_2_end: str = ""
    external_level: int = 0
    external_least_s: float = 0.1
    idle_trs: float = 20.0
    idle_least_s: float = 60.0

    def __post_init__(self) -> None:
        for good, sentence in (
            (self.oversampling >= 0, "oversampling must be 0, 1, 2, ..."),
            (self.water_first >= 0, "water_first must not be negative"),
            (self.water_last >= 0, "water_last must not be negative"),
            (self.water_every >= 0, "water_every must not be negative"),
            (self.water_every != 1, "water_every = 1 leaves no metabolites"),
            (
                self.water_counter in ("", *COUNTERS),
                f"water_counter must be one of {', '.join(COUNTERS)}",
            ),
            (
                self.macromolecule_counter in ("", *COUNTERS),
                f"macromolecule_counter must be one of {', '.join(COUNTERS)}",
            ),
            (0 <= self.skip_points <= 1000, "skip_points must be a number of points"),
            (0 <= self.tick_s < 1, "tick_s must be in seconds, such as 0.0025"),
            (0 <= self.echo_time_s < 10, "echo_time_s must be in seconds"),
            (self.idle_trs > 0 and self.idle_least_s > 0, "idle times must be above 0"),
            (self.external_level >= 0, "external_level must not be negative"),
            (0 <= self.external_least_s < 60, "external_least_s must be in seconds"),
            (
                all(len(k) <= MOST_KIND for k in (*self.kinds(1), *self.kinds(2))),
                f"kinds of events have at most {MOST_KIND} letters",
            ),
        ):
            if not good:
                raise InputError(f"[mrd] in the protocol: {sentence}.")

    @property
    def departures(self) -> str:
        """Fields that are not as by default, in words."""
        changed = [
            f"{field.name} = {getattr(self, field.name)}"
            for field in fields(self)
            if getattr(self, field.name) != field.default
        ]
        return ", ".join(changed)

    def kinds(self, external: int) -> tuple[str, str]:
        """Kinds of event at the rising and falling edge of an external waveform."""
        if external == 1:
            return self.external_1, self.external_1_end
        return self.external_2, self.external_2_end

    def _is_water_series(self, header: Header) -> bool:
        """Whether all of a series is water reference, by its header."""
        name = self.water_protocol.lower()
        if name and name in header.protocol_name.lower():
            return True
        return self.water_saturation and says_unsuppressed(header.water_saturation)

    def is_water(self, readout: Readout, place: int, header: Header) -> bool:
        """Whether a transient is water reference.

        `place` counts it in its series, which the header describes.
        """
        counter, announced = self.water_counter, header.announced
        return (
            self._is_water_series(header)
            or place < self.water_first
            or readout.idx[SET] == self.water_set
            or (announced is not None and 0 <= announced - 1 - place < self.water_last)
            or (self.water_every > 0 and place % self.water_every == 0)
            or (bool(counter) and readout.idx[COUNTERS[counter]] == self.water_value)
        )

    def is_macromolecule(self, readout: Readout, header: Header) -> bool:
        """Whether a transient that is no water has its metabolites nulled."""
        name, counter = self.macromolecule_protocol.lower(), self.macromolecule_counter
        if name and name in header.protocol_name.lower():
            return True
        value = self.macromolecule_value
        return bool(counter) and readout.idx[COUNTERS[counter]] == value

    def tick_of(self, vendor: str) -> float:
        """Unit of time stamps that is taken at first, s."""
        if self.tick_s:
            return self.tick_s
        return SIEMENS_TICK_S if "siemens" in vendor.lower() else TICK_S

    def idle_s(self, repetition_time_s: float | None) -> float:
        """Silence after which a connection is dead, s."""
        return max(self.idle_least_s, self.idle_trs * (repetition_time_s or 0.0))


def rules_from(table: Mapping[str, object], protocol: str) -> MrdRules:
    """Rules from the table `[mrd]` of a protocol file.

    Raises
    ------
    InputError : an unknown field, a wrong type or a value that cannot be
    """
    known = {f.name: getattr(MrdRules(), f.name) for f in fields(MrdRules)}
    owner, within = f"Protocol {protocol}", " in [mrd]"
    check_names(owner, table, known, within)
    for key, value in table.items():
        check_type(owner, key, value, type(known[key]), within)
    return MrdRules(**table)  # type: ignore[arg-type]
