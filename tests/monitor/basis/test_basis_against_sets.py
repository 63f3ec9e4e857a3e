"""Our simulation against basis sets that others made, 4.0-0.5 ppm.

Each entry of theirs is compared with ours after matching line width and position:
correlation of the complex spectra with their phase left free, and the amplitude
relative to creatine.  The table of `pytest -s` is what docs and report quote.

The simulated sets were made with TE1 = 16 ms (found here: at 15 ms Glu is 2 % off);
with it two independent programs agree to four digits where their tables of spins do.
GABA there is Govindaraju's, ours is Near's; GPC, PE and NAAG differ in their couplings
to other nuclei or amide protons.

What falls short, and why: in the Philips set Lac comes 6 % larger than ours, as its
pulses displace the two spins by another amount than our 1000 Hz pulse; its TE1 is not
stated, 14.5 ms agrees best; its Asc table is another one than ours.  In the 7 T set
GSH is 3.5 % larger, Asp 3.5 % and PCh 2.3 % smaller: older tables than the corrigendum
of 2015 (its PCh and Asp differ in shape, too: 0.977, 0.979).
"""

import numpy as np
import pytest
from scipy.optimize import minimize

from monitor.analysis.basis.check import checked_for
from monitor.analysis.basis.names import canonical
from monitor.analysis.signal.spectrum import ppm_axis, spectrum_of
from monitor.basis.files import read_basis
from streams.messages.transient import Acquisition
from streams.spins import METABOLITES, Sequence, simulate

SINGLETS = ("Cr", "PCr", "GPC", "PCh", "sI", "Gly")
STATIC = "sim/static_3t_press30/press30.BASIS"
COILS = "sim/coils_3t_press30/press30_mm.BASIS"
INFUSION = "sim/infusion_3t_press30/press30.BASIS"
PHILIPS = "real/press3t_biggaba_s01/3T_PRESS_Philips_35ms_noMM.BASIS"
STEAM_7T = "real/steam7t_4coil/STEAM_7T_11ms.BASIS"


def agreement(theirs, ours, dwell, mhz):
    """Correlation and amplitude of `theirs` in `ours`, line shape and shift matched."""
    t = np.arange(theirs.size) * dwell
    ppm = ppm_axis(theirs.size, dwell, mhz)
    seen = (ppm > 0.5) & (ppm < 4.0)
    common = np.exp(-np.pi * 6 * t)  # an in-vivo line on both

    def matched(p):
        width, shift_hz = abs(p[0]), p[1]
        moved = ours * common * np.exp(-np.pi * width * t - 2j * np.pi * shift_hz * t)
        return spectrum_of(moved)[seen]

    reference = spectrum_of(theirs * common)[seen]

    def correlation(p):
        spectrum = matched(p)
        norms = np.linalg.norm(spectrum) * np.linalg.norm(reference)
        return abs(np.vdot(spectrum, reference)) / norms

    tolerance = {"xatol": 1e-3, "fatol": 1e-7}
    best = minimize(
        lambda p: -correlation(p), (1.5, 0.1), method="Nelder-Mead", options=tolerance
    )
    spectrum = matched(best.x)
    amplitude = abs(np.vdot(spectrum, reference)) / np.linalg.norm(spectrum) ** 2
    return correlation(best.x), amplitude


def compared(path, sequence, mhz, dwell, only=None):
    """Name -> correlation and amplitude relative to creatine."""
    points = int(0.8 / dwell)
    wanted = Acquisition(mhz, "1H", dwell, points, 1, sequence.echo_time_s)
    basis, _ = checked_for(read_basis(path), wanted)
    known = {n: canonical(n) for n in basis.names if canonical(n) in METABOLITES}
    if only is not None:
        known = {n: c for n, c in known.items() if c in only}
    ours = simulate(known.values(), sequence, mhz, dwell, points)
    found = {c: agreement(basis.fid(n), ours[c], dwell, mhz) for n, c in known.items()}
    creatine = found["Cr"][1]
    table = {c: (r, a / creatine) for c, (r, a) in found.items()}
    for name, (r, a) in table.items():
        print(f"{path.name[:24]:24s} {name:5s} {r:.4f} {a:.3f}")
    return table


@pytest.mark.parametrize("path", [STATIC, COILS, INFUSION])
def test_the_simulated_press_30_sets(path, shared_data):
    table = compared(shared_data / path, Sequence("press", 0.030, 0.016), 123.25, 4e-4)
    assert len(table) == 18
    for name, (correlation, amplitude) in table.items():
        other_table = name in ("GABA", "GPC", "NAAG", "PE")
        assert correlation > (0.999 if other_table else 0.99995), name
        assert amplitude == pytest.approx(1, abs=0.01 if other_table else 0.003), name


def test_the_philips_press_35_set_with_shaped_pulses(shared_data):
    sequence = Sequence("press", 0.035, 0.0145, pulses="shaped")
    table = compared(shared_data / PHILIPS, sequence, 127.75, 5e-4)
    for name in set(SINGLETS) & set(table):
        assert table[name][0] > 0.99, name
        assert table[name][1] == pytest.approx(1, abs=0.03), name
    for name in ("Glu", "Gln", "mI", "NAA", "GSH"):
        assert table[name][0] > 0.99, name
        assert table[name][1] == pytest.approx(1, abs=0.03), name
    for name, (correlation, amplitude) in table.items():
        assert correlation > 0.94, name
        assert amplitude == pytest.approx(1, abs=0.12), name


def test_shaped_pulses_are_what_makes_lactate_agree_with_the_philips_set(shared_data):
    ideal, shaped = (
        compared(
            shared_data / PHILIPS,
            Sequence("press", 0.035, 0.0145, pulses=pulses),
            127.75,
            5e-4,
            only=("Cr", "Lac"),
        )["Lac"]
        for pulses in ("ideal", "shaped")
    )
    assert ideal[0] < 0.95
    assert shaped[0] > 0.99
    assert abs(shaped[1] - 1) < 0.15 < 0.3 < abs(ideal[1] - 1)


def test_the_7_t_steam_set(shared_data):
    sequence = Sequence("steam", 0.011, mixing_time_s=0.032)
    table = compared(shared_data / STEAM_7T, sequence, 297.22, 1.666e-4)
    for name in ("Cr", "Glu", "Gln", "mI", "NAA", "GABA", "Lac"):
        assert table[name][0] > 0.98, name
        assert table[name][1] == pytest.approx(1, abs=0.03), name
