"""Pulse sequences as a list of steps.

Coherence order p of an element |a><b| of the density matrix is M_a - M_b.  Crushers
and phase cycling keep one pathway; the observed order is p = +1 (it meets F- in the
detection):

    PRESS       90 | TE1/2 | 180 | TE/2          | 180 | TE2/2          +1 -1 +1
    STEAM       90 | TE/2  | 90  | TM | 90       | TE/2                 -1  0 +1
    LASER       90 | 6 refocusing pulses, TE/12 before and after each   +1 -1 ... +1
    semi-LASER  90 | 4 refocusing pulses, TE/8 before and after each
    MEGA-PRESS  PRESS with an editing pulse before and after the second 180, TE/2
                apart (Mescher 1998); with the editing pulse "off" nothing is inverted

The order 0 kept in the mixing time of STEAM holds zero-quantum terms as well as Iz:
they evolve and come back, as on a scanner.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from streams.errors import InputError
from streams.spins.pulses import PulseDesign

ROUNDING_S = 1e-9  # delays that are zero but for rounding are allowed

KINDS = ("press", "steam", "slaser", "laser", "megapress")


@dataclass(frozen=True, slots=True)
class Sequence:
    """A pulse sequence and its timing.

    Attributes
    ----------
    kind : press, steam, slaser, laser or megapress
    echo_time_s : TE, s
    first_echo_time_s : TE1 of PRESS and MEGA-PRESS, s; None: half of TE
    mixing_time_s : TM of STEAM, s
    pulses : "ideal" (instantaneous) or "shaped" (refocusing pulses of finite bandwidth,
        averaged over the slice)
    edit_ppm : centre of MEGA-PRESS' editing pulse, ppm; None: off
    edit_bandwidth_hz : band that an ideal editing pulse inverts, Hz
    edit_duration_s : length of a shaped (Gaussian) editing pulse, s
    refocusing : the shaped refocusing pulse; None: `REFOCUSING` of the kind
    """

    kind: str
    echo_time_s: float
    first_echo_time_s: float | None = None
    mixing_time_s: float | None = None
    pulses: str = "ideal"
    edit_ppm: float | None = None
    edit_bandwidth_hz: float = 80.0
    edit_duration_s: float = 0.014
    refocusing: PulseDesign | None = None

    def __post_init__(self) -> None:
        te1 = self.first_echo_time_s
        for right, sentence in (
            (self.kind in KINDS, f"kind {self.kind!r} is none of {', '.join(KINDS)}"),
            (self.echo_time_s >= 0, "the echo time must not be negative"),
            (te1 is None or 0 <= te1 <= self.echo_time_s, "TE1 must lie within TE"),
            (
                self.pulses in ("ideal", "shaped"),
                f'pulses {self.pulses!r} is neither "ideal" nor "shaped"',
            ),
            (
                self.kind != "steam" or (self.mixing_time_s or 0) > 0,
                "STEAM needs a mixing time (TM)",
            ),
        ):
            if not right:
                raise InputError(f"Pulse sequence: {sentence}.")


REFOCUSING: dict[str, PulseDesign] = {
    "press": PulseDesign("slr", 5.2e-3, 1000.0, 2.7),
    "megapress": PulseDesign("slr", 5.2e-3, 1000.0, 3.0),
    "slaser": PulseDesign("sech", 4.5e-3, 5000.0, 2.7),
    "laser": PulseDesign("sech", 4.5e-3, 5000.0, 2.7),
}
"""Shaped refocusing pulses where the sequence names none.

The SLR pulse takes 21 uT; its 1000 Hz are what agrees best with a basis set made with a
vendor's pulses (tests/monitor/basis/test_basis_against_sets.py).  The hyperbolic secant
would take 45 uT, more than a body coil gives: scanners reach that bandwidth with less
by modulating the gradient (GOIA).  What counts here is the profile, not the power.
"""


def refocusing_of(sequence: Sequence) -> PulseDesign:
    """Return the shaped refocusing pulse of a sequence.

    Raises
    ------
    InputError : STEAM, which has none
    """
    design = sequence.refocusing or REFOCUSING.get(sequence.kind)
    if design is None:
        raise InputError(f"{sequence.kind} has no refocusing pulse: use ideal pulses.")
    return design


@dataclass(frozen=True, slots=True)
class Delay:
    """Free evolution."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Excite:
    """An ideal 90 degree pulse about y (the first) or x, on all spins."""

    axis: str


@dataclass(frozen=True, slots=True)
class Refocus:
    """A refocusing pulse; those of one direction share the position in the slice."""

    direction: int


@dataclass(frozen=True, slots=True)
class Edit:
    """A frequency-selective inversion."""

    ppm: float
    bandwidth_hz: float


@dataclass(frozen=True, slots=True)
class Keep:
    """Keep one coherence order (gradients)."""

    order: int


Step = Delay | Excite | Refocus | Edit | Keep


def steps(sequence: Sequence) -> tuple[Step, ...]:
    """Steps of a sequence up to the start of the acquisition."""
    return tuple(_PROGRAMMES[sequence.kind](sequence))


def shorten_delays(
    programme: tuple[Step, ...], refocus_s: float, edit_s: float
) -> tuple[Step, ...]:
    """Take the length of shaped pulses off the delays around them.

    Raises
    ------
    InputError : a delay is too short for its pulses
    """
    timed = [step for step in programme if not isinstance(step, Keep)]
    left: dict[int, float] = {}
    for k, step in enumerate(timed):
        if isinstance(step, Delay):
            around = (*timed[max(k - 1, 0) : k], *timed[k + 1 : k + 2])
            pulses_s = sum(_length(one, refocus_s, edit_s) for one in around) / 2
            left[k] = step.seconds - pulses_s
    if min(left.values()) < -ROUNDING_S:
        raise InputError("Pulse sequence: TE is too short for its shaped pulses.")
    seconds = iter(left.values())
    return tuple(
        Delay(next(seconds)) if isinstance(step, Delay) else step for step in programme
    )


def _length(step: Step, refocus_s: float, edit_s: float) -> float:
    if isinstance(step, Refocus):
        return refocus_s
    return edit_s if isinstance(step, Edit) else 0.0


def pathway_gain(sequence: Sequence) -> float:
    """Reciprocal of the fraction that the pathway keeps: 2 for a stimulated echo."""
    return 2.0 if sequence.kind == "steam" else 1.0


def _press(sequence: Sequence) -> list[Step]:
    te1, te2 = _echo_times(sequence)
    return [
        *_to_first_refocusing(te1),
        Delay((te1 + te2) / 2),
        Refocus(1),
        Keep(+1),
        Delay(te2 / 2),
    ]


def _to_first_refocusing(te1: float) -> list[Step]:
    """Excitation and the first refocusing pulse, behind it the order -1."""
    return [Excite("y"), Keep(+1), Delay(te1 / 2), Refocus(0), Keep(-1)]


def _echo_times(sequence: Sequence) -> tuple[float, float]:
    te1 = sequence.first_echo_time_s
    te1 = sequence.echo_time_s / 2 if te1 is None else te1
    return te1, sequence.echo_time_s - te1


def _megapress(sequence: Sequence) -> list[Step]:
    """Editing pulses at TE/4 before and after the second refocusing pulse.

    Each passes the coherence on with its order kept; between them lies TE/2.
    """
    if sequence.edit_ppm is None:
        return _press(sequence)
    te1, te2 = _echo_times(sequence)
    edit = Edit(sequence.edit_ppm, sequence.edit_bandwidth_hz)
    quarter = sequence.echo_time_s / 4
    between, after = (te1 + te2) / 2 - quarter, te2 / 2 - quarter
    if min(between, after) < -ROUNDING_S:
        raise InputError("Pulse sequence: TE2 is too short for the editing pulses.")
    return [
        *_to_first_refocusing(te1),
        Delay(between),
        edit,
        Keep(-1),
        Delay(quarter),
        Refocus(1),
        Keep(+1),
        Delay(quarter),
        edit,
        Keep(+1),
        Delay(after),
    ]


def _steam(sequence: Sequence) -> list[Step]:
    half, tm = sequence.echo_time_s / 2, sequence.mixing_time_s or 0.0
    return [
        Excite("y"),
        Keep(-1),
        Delay(half),
        Excite("x"),
        Keep(0),
        Delay(tm),
        Excite("x"),
        Keep(+1),
        Delay(half),
    ]


def _train(sequence: Sequence, pulses: int) -> list[Step]:
    """Pairs of refocusing pulses, evenly spaced: each pair selects one direction."""
    half = sequence.echo_time_s / (2 * pulses)
    train: list[Step] = [Excite("y"), Keep(+1), Delay(half)]
    for k in range(pulses):
        order = -1 if k % 2 == 0 else +1
        after = half if k == pulses - 1 else 2 * half
        train += [Refocus(k // 2), Keep(order), Delay(after)]
    return train


def _slaser(sequence: Sequence) -> list[Step]:
    return _train(sequence, 4)


def _laser(sequence: Sequence) -> list[Step]:
    return _train(sequence, 6)


_PROGRAMMES: dict[str, Callable[[Sequence], list[Step]]] = {
    "press": _press,
    "megapress": _megapress,
    "steam": _steam,
    "slaser": _slaser,
    "laser": _laser,
}
