"""What simulator and fit both believe, and a real scanner need not do: one at a time.

A belief is broken by changing a session that was made ready (`SimulatedSession`), every
noise-free FID of it, or its noise.  Sizes are those of publications where there are
some; `fit_robustness.md` says which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from streams.messages.transient import REFERENCE_PPM
from streams.simulator.background import residual_water
from streams.simulator.relaxation import times_s
from streams.simulator.session import SimulatedSession
from streams.spins import Sequence
from streams.spins.simulation import fragment_fid
from streams.spins.spin_systems import Fragment, fragments

Random = np.random.Generator
Each = Callable[[np.ndarray, Random], np.ndarray]


def _as_it_is(fid: np.ndarray, random: Random) -> np.ndarray:
    return fid


@dataclass(frozen=True)
class Broken:
    """A session in which a belief does not hold.

    Attributes
    ----------
    signal : each noise-free FID as it is measured
    noise : white noise as it is measured
    """

    session: SimulatedSession
    signal: Each = _as_it_is
    noise: Each = _as_it_is


def _nothing(session: SimulatedSession, random: Random) -> Broken:
    return Broken(session)


# What metabolites look like


def _sequence(session: SimulatedSession, **changes: object) -> Sequence:
    plan = session.scenario.acquisition
    return replace(Sequence(plan.sequence.lower(), plan.echo_time_s), **changes)


@lru_cache(maxsize=8)
def _simulated(names: tuple[str, ...], sequence: Sequence, grid: tuple) -> np.ndarray:
    return np.stack([_fid(fragments(name), sequence, grid) for name in names])


def _fid(parts: tuple[Fragment, ...], sequence: Sequence, grid: tuple) -> np.ndarray:
    return sum(fragment_fid(part, sequence, *grid) for part in parts)


def _grid(session: SimulatedSession) -> tuple:
    plan = session.scenario.acquisition
    return plan.spectrometer_frequency_mhz, plan.dwell_time_s, plan.points


def _of(session: SimulatedSession, fids: np.ndarray) -> SimulatedSession:
    """The session with these undamped FIDs of metabolites, under their T2."""
    rates = np.array([1 / times_s(name)[1] for name in session.names])
    damped = fids * np.exp(-rates[:, None] * session.time_s)
    return replace(session, metabolite_fids=damped)


def _moved(sd_ppm: float):
    """pH, temperature: each metabolite as a whole."""

    def broken(session: SimulatedSession, random: Random) -> Broken:
        mhz = session.scenario.acquisition.spectrometer_frequency_mhz
        nu = sd_ppm * mhz * random.standard_normal((len(session.names), 1))
        fids = session.metabolite_fids * np.exp(-2j * np.pi * nu * session.time_s)
        return Broken(replace(session, metabolite_fids=fids))

    return broken


def _other_systems(sd_ppm: float, sd_hz: float):
    """Shifts of each group, and couplings, about those of the table."""

    def broken(session: SimulatedSession, random: Random) -> Broken:
        sequence, grid = _sequence(session), _grid(session)
        fids = [
            _fid(
                tuple(_off(part, sd_ppm, sd_hz, random) for part in fragments(name)),
                sequence, grid,
            )
            for name in session.names
        ]  # fmt: skip
        return Broken(_of(session, np.stack(fids)))

    return broken


def _off(part: Fragment, sd_ppm: float, sd_hz: float, random: Random) -> Fragment:
    """A fragment whose groups (equal shifts) lie elsewhere, with other couplings."""
    groups, which = np.unique(part.shifts_ppm, return_inverse=True)
    shifts = part.shifts_ppm + sd_ppm * random.standard_normal(groups.size)[which]
    kinds, of_kind = np.unique(part.couplings_hz, return_inverse=True)
    off = sd_hz * random.standard_normal(kinds.size) * (kinds != 0)
    couplings = part.couplings_hz + off[of_kind].reshape(part.couplings_hz.shape)
    return replace(part, shifts_ppm=shifts, couplings_hz=couplings)


def _other_sequence(**changes: object):
    def broken(session: SimulatedSession, random: Random) -> Broken:
        sequence = _sequence(session, **changes)
        return Broken(_of(session, _simulated(session.names, sequence, _grid(session))))

    return broken


def _weak_creatine_ch2(session: SimulatedSession, random: Random) -> Broken:
    """Water suppression and a shorter T2 take from the CH2 at 3.9 ppm."""
    fids, lost = session.metabolite_fids.copy(), random.uniform(0.05, 0.20)
    for name in ("Cr", "PCr"):
        part = next(f for f in fragments(name) if f.shifts_ppm[0] > 3.5)
        ch2 = _fid((part,), _sequence(session), _grid(session))
        rate = 1 / times_s(name)[1]
        fids[session.names.index(name)] -= lost * ch2 * np.exp(-rate * session.time_s)
    return Broken(replace(session, metabolite_fids=fids))


def _t2_of_groups(session: SimulatedSession, random: Random) -> Broken:
    """The aspartyl group of NAA has half of the acetyl's T2, and less is left at TE."""
    te_s = session.scenario.acquisition.echo_time_s
    fids, grid = session.metabolite_fids.copy(), _grid(session)
    sequence = _sequence(session)
    for name in ("NAA", "NAAG"):
        t2 = times_s(name)[1]
        parts = tuple(f for f in fragments(name) if len(f.shifts_ppm) > 1)
        group = _fid(parts, sequence, grid)
        long = np.exp(-session.time_s / t2)
        short = np.exp(-te_s / t2 - 2 * session.time_s / t2)
        fids[session.names.index(name)] += group * (short - long)
    return Broken(replace(session, metabolite_fids=fids))


def _two_tissues(session: SimulatedSession, random: Random) -> Broken:
    """Two fifths of the voxel are white matter, in another field (0.02 ppm)."""
    mhz = session.scenario.acquisition.spectrometer_frequency_mhz
    white = {"Glu": 0.6, "Gln": 0.5, "Cr": 0.75, "PCr": 0.75, "mI": 0.85, "GPC": 1.3}
    share = np.array([0.4 * white.get(name, 1.0) for name in session.names])[:, None]
    share = share / (0.6 + share)
    nu = 0.02 * mhz * random.choice([-1, 1])
    away = np.exp(-2j * np.pi * nu * session.time_s)
    fids = session.metabolite_fids * (1 - share + share * away)
    mm = session.macromolecules * (0.6 + 0.4 * away)
    return Broken(replace(session, metabolite_fids=fids, macromolecules=mm))


# What else is there


def _chain(shifts: tuple[float, ...], pairs: Mapping[tuple[int, int], float]):
    couplings = np.zeros((len(shifts),) * 2)
    for (i, j), hz in pairs.items():
        couplings[i, j] = hz
    return Fragment(1.0, np.array(shifts), couplings, np.ones(len(shifts)))


def _lone(protons: float, ppm: float) -> Fragment:
    return Fragment(protons, np.array([ppm]), np.zeros((1, 1)), np.ones(1))


_BHB = _chain(
    (4.13, 2.39, 2.29, 1.19, 1.19, 1.19),
    {(0, 1): 6.3, (0, 2): 7.3, (1, 2): -14.4, (0, 3): 6.3, (0, 4): 6.3, (0, 5): 6.3},
)
_GLYCOL = _chain(
    (3.87, 3.53, 3.43, 1.13, 1.13, 1.13),
    {(0, 1): 4.0, (0, 2): 6.8, (1, 2): -11.5, (0, 3): 6.4, (0, 4): 6.4, (0, 5): 6.4},
)
OTHERS = {
    "ketones": ((1.0, (_BHB,)), (0.7, (_lone(6, 2.22),))),
    "propylene glycol": ((2.0, (_GLYCOL,)),),
    "ethanol": (
        (3.0, (_chain((3.65, 3.65, 1.17, 1.17, 1.17),
                      {(i, j): 7.1 for i in (0, 1) for j in (2, 3, 4)}),)),
    ),
    "mannitol": (
        (4.0, (_chain((3.86, 3.67), {(0, 1): -11.8}),) * 2
         + (_chain((3.79, 3.75), {(0, 1): 8.0}),) * 2),
    ),
}  # fmt: skip


def _present(what: str):
    def broken(session: SimulatedSession, random: Random) -> Broken:
        sequence, grid = _sequence(session), _grid(session)
        extra = sum(
            mm * _fid(parts, sequence, grid) * np.exp(-session.time_s / 0.2)
            for mm, parts in OTHERS[what]
        )
        seen = session.amplitude[session.names.index("NAA")]
        seen /= session.scenario.concentrations_mm["NAA"]
        line = session.lines[0]
        return Broken(session, lambda fid, random: fid + seen * extra * line)

    return broken


def _absent(session: SimulatedSession, random: Random) -> Broken:
    """Six weak metabolites of the basis set are not there."""
    absent = ("Ala", "Asc", "Glc", "Gly", "PE", "sI")
    kept = np.array([name not in absent for name in session.names])
    return Broken(replace(session, amplitude=session.amplitude * kept))


def _shape(session: SimulatedSession, ppm: float, fwhm_hz: float, height: float):
    """A Lorentzian line of so many times the height of NAA."""
    mhz = session.scenario.acquisition.spectrometer_frequency_mhz
    nu = (ppm - REFERENCE_PPM) * mhz
    fid = np.exp((-2j * np.pi * nu - np.pi * fwhm_hz) * session.time_s)
    return height * session.naa_height * fid / np.abs(fid).sum()


def _lipid(session: SimulatedSession, random: Random) -> Broken:
    """Lipid of the scalp, all of the session, its weaker groups with it."""
    turn = np.exp(1j * random.uniform(-np.pi, np.pi))
    size = random.uniform(0.2, 0.6)
    groups = {0.9: 0.4, 1.3: 1.0, 2.05: 0.15, 2.25: 0.1, 2.8: 0.05}
    lines = [_shape(session, p, 22.0, size * h) for p, h in groups.items()]
    lipid = turn * np.sum(lines, axis=0)
    return Broken(session, lambda fid, random: fid + lipid)


def _water(session: SimulatedSession, random: Random) -> Broken:
    """Much water, with a broad foot above the metabolites of either sign."""
    foot = _shape(session, random.uniform(4.2, 4.5), 30.0, random.choice([-1, 1]) * 2.0)
    main = 8 * session.naa_height * residual_water(session.time_s)
    turn = np.exp(1j * random.uniform(-np.pi, np.pi))
    return Broken(session, lambda fid, random: fid + turn * (main + foot))


def _sidebands(part: float):
    """Vibration after the gradients modulates all frequencies, ten times NAA's water.

    Sidebands of opposite phase, each so much of their line, that die out in 0.1 s.
    """

    def broken(session: SimulatedSession, random: Random) -> Broken:
        t, hz = session.time_s, random.uniform(60, 220)
        swing = np.sin(2 * np.pi * hz * t + random.uniform(0, 6)) * np.exp(-t / 0.1)
        swing = np.exp(2j * part * swing)
        water = 8 * session.naa_height * residual_water(t)
        water = water * np.exp(1j * random.uniform(-np.pi, np.pi))
        return Broken(session, lambda fid, _: (fid + water) * swing)

    return broken


def _locked_line(session: SimulatedSession, random: Random) -> Broken:
    """Interference in phase with the readout: a line without width, 5 % of NAA's."""
    line = _shape(session, random.uniform(1.0, 4.0), 0.0, 0.05)
    line = line * np.exp(1j * random.uniform(-np.pi, np.pi))
    return Broken(session, lambda fid, _: fid + line)


def _free_line(session: SimulatedSession, random: Random) -> Broken:
    """Interference of another phase each time, as high as NAA's line."""
    line = _shape(session, random.uniform(1.0, 4.0), 0.0, 1.0)
    return Broken(
        session, lambda fid, own: fid + line * np.exp(2j * np.pi * own.random())
    )


def _ghost(session: SimulatedSession, random: Random) -> Broken:
    """A spurious echo of fixed phase, 6 % of NAA's FID at its top."""
    t, mhz = session.time_s, session.scenario.acquisition.spectrometer_frequency_mhz
    nu = (random.uniform(1.0, 4.2) - REFERENCE_PPM) * mhz
    top_s, width_s = random.uniform(0.03, 0.12), 0.012
    naa = 3 * session.amplitude[session.names.index("NAA")]
    echo = np.exp(-0.5 * ((t - top_s) / width_s) ** 2 - 2j * np.pi * nu * t)
    echo = 0.06 * naa * echo * np.exp(1j * random.uniform(-np.pi, np.pi))
    return Broken(session, lambda fid, _: fid + echo)


# What the receiver does


def _first_points(session: SimulatedSession, random: Random) -> Broken:
    """The digital filter has not yet risen, and rings."""
    factor = np.ones(session.time_s.size)
    factor[:4] = 0.6, 1.08, 0.97, 1.01
    return Broken(session, lambda fid, _: fid * factor)


def _late(points: float):
    """The first point was taken a part of a dwell time after the top of the echo."""

    def broken(session: SimulatedSession, random: Random) -> Broken:
        return Broken(session, lambda fid, _: _delayed(fid, points))

    return broken


def _delayed(fid: np.ndarray, points: float) -> np.ndarray:
    """An FID from a fraction of a point on: its spectrum is turned, from DC on."""
    wide = np.concatenate([fid, np.zeros_like(fid)])
    wide[0] *= 0.5
    hz = np.fft.fftfreq(wide.size)
    moved = np.fft.ifft(np.fft.fft(wide) * np.exp(2j * np.pi * hz * points))
    return moved[: fid.size]


def _constant(session: SimulatedSession, random: Random) -> Broken:
    """An offset of the receiver: a line at the carrier, as high as NAA."""
    dc = _shape(session, REFERENCE_PPM, 0.0, 1.0)
    dc = dc * np.exp(1j * random.uniform(-np.pi, np.pi))
    return Broken(session, lambda fid, _: fid + dc)


def _eddy(session: SimulatedSession, random: Random) -> Broken:
    """Eddy currents that the water reference did not have."""
    size = random.choice([-1, 1]) * random.uniform(0.2, 0.5)
    phase = size * np.exp(-session.time_s / random.uniform(0.02, 0.05))
    return Broken(session, lambda fid, _: fid * np.exp(1j * phase))


def _field_in_readout(session: SimulatedSession, random: Random) -> Broken:
    """Breathing: the field moves by 4 Hz (SD) in a second of readout."""
    t = session.time_s
    return Broken(
        session,
        lambda fid, own: fid * np.exp(-1j * np.pi * 4.0 * own.standard_normal() * t**2),
    )


def _amplitude(session: SimulatedSession, random: Random) -> Broken:
    """Breathing and pulse: 8 % of amplitude."""
    return Broken(session, lambda fid, own: fid * (1 + 0.08 * own.standard_normal()))


def _coloured(session: SimulatedSession, random: Random) -> Broken:
    """The receiver's filter: noise at one end of the fitted band is twice as high."""
    mhz = session.scenario.acquisition.spectrometer_frequency_mhz
    hz = np.fft.fftfreq(session.time_s.size, session.time_s[1])
    ppm = REFERENCE_PPM - hz / mhz
    sign = random.choice([-1, 1])
    height = 2.0 ** np.clip(sign * (ppm - 2.2) / 4.0, -1, 1)
    return Broken(session, noise=lambda n, _: np.fft.ifft(np.fft.fft(n) * height))


def _heavy(session: SimulatedSession, random: Random) -> Broken:
    """Noise of another size each time (t with 3 degrees of freedom)."""
    return Broken(session, noise=lambda n, own: n / np.sqrt(own.chisquare(3) / 3))


def _spikes(session: SimulatedSession, random: Random) -> Broken:
    """One transient in ten has a spike of 40 SD at one point."""

    def spiked(noise: np.ndarray, own: Random) -> np.ndarray:
        noise = noise.copy()
        if own.random() < 0.1:
            turn = np.exp(2j * np.pi * own.random())
            noise[own.integers(noise.size)] += 40 * session.sigma * turn
        return noise

    return Broken(session, noise=spiked)


BELIEFS: dict[str, Callable[[SimulatedSession, Random], Broken]] = {
    "nothing": _nothing,
    "shifts 0.005 ppm": _moved(0.005),
    "shifts 0.01 ppm": _moved(0.01),
    "groups 0.004 ppm": _other_systems(0.004, 0.0),
    "couplings 0.3 Hz": _other_systems(0.0, 0.3),
    "TE 35 ms": _other_sequence(echo_time_s=0.035),
    "TE1 11 ms": _other_sequence(first_echo_time_s=0.011),
    "pulses": _other_sequence(pulses="shaped"),
    "creatine CH2": _weak_creatine_ch2,
    "T2 of groups": _t2_of_groups,
    "two tissues": _two_tissues,
    "ketones": _present("ketones"),
    "propylene glycol": _present("propylene glycol"),
    "ethanol": _present("ethanol"),
    "mannitol": _present("mannitol"),
    "six absent": _absent,
    "lipid": _lipid,
    "water foot": _water,
    "sidebands 1 %": _sidebands(0.01),
    "sidebands 2.5 %": _sidebands(0.025),
    "locked line": _locked_line,
    "free line": _free_line,
    "ghost": _ghost,
    "first points": _first_points,
    "half a point late": _late(0.5),
    "a fifth of one late": _late(0.2),
    "constant": _constant,
    "eddy currents": _eddy,
    "field in readout": _field_in_readout,
    "amplitude 8 %": _amplitude,
    "coloured noise": _coloured,
    "noise that varies": _heavy,
    "spikes": _spikes,
}
