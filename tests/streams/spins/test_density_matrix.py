"""The density-matrix simulation against closed formulas and against brute force."""

import time

import numpy as np
import pytest
from scipy.linalg import expm

from streams.errors import InputError
from streams.spins import METABOLITES, Sequence, simulate
from streams.spins.hamiltonian import (
    eigensystem,
    hamiltonian_hz,
    projections,
    raising,
    rotation,
)
from streams.spins.propagation import Spins, pulse_propagator
from streams.spins.pulses import (
    STEPS,
    PulseDesign,
    _hard_pulse_angles,
    rotations,
    waveform_hz,
)
from streams.spins.sequences import refocusing_of, steps
from streams.spins.simulation import fragment_fid, oscillations
from streams.spins.spin_systems import Fragment, fragments, table_version

F0 = 123.25
DWELL = 5e-4
POINTS = 512
T = np.arange(POINTS) * DWELL


def line(ppm, mhz=F0, t=T):
    return np.exp(-2j * np.pi * (ppm - 4.65) * mhz * t)


def two_spins(a_ppm, b_ppm, j_hz):
    couplings = np.array([[0.0, j_hz], [0.0, 0.0]])
    return Fragment(1.0, np.array([a_ppm, b_ppm]), couplings, np.ones(2))


def test_a_singlet_is_one_undamped_line_of_as_many_protons():
    fid = simulate(["sI"], Sequence("press", 0.030), F0, DWELL, POINTS)["sI"]
    np.testing.assert_allclose(fid, 6 * line(3.34), atol=1e-9)


@pytest.mark.parametrize("te", [0.0, 0.030, 0.071, 0.144])
def test_weakly_coupled_pair_is_modulated_by_cos_pi_j_te(te):
    # AX: A(t) = exp(-2 pi i nu_A t) cos(pi J (TE + t)); at this field J / shift = 3e-6.
    mhz, j = 1e6, 7.0
    fid = fragment_fid(two_spins(3.0, 5.0, j), Sequence("press", te), mhz, DWELL, 64)
    t = T[:64]
    expected = (line(3.0, mhz, t) + line(5.0, mhz, t)) * np.cos(np.pi * j * (te + t))
    np.testing.assert_allclose(fid, expected, atol=1e-3)


@pytest.mark.parametrize("j", [3.0, 15.0])
def test_strongly_coupled_pair_has_the_ab_quartet(j):
    # AB: lines at nu_0 +- (C +- J) / 2, C = sqrt(delta^2 + J^2), inner ones 1 + J/C.
    delta = 12.0
    pair = two_spins(4.65 - delta / 2 / F0, 4.65 + delta / 2 / F0, j)
    fid = fragment_fid(pair, Sequence("press", 0.0), F0, DWELL, POINTS)
    c = np.hypot(delta, j)
    inner, outer = (1 + j / c) / 2, (1 - j / c) / 2
    expected = 2 * inner * np.cos(np.pi * (c - j) * T)
    expected += 2 * outer * np.cos(np.pi * (c + j) * T)
    np.testing.assert_allclose(fid, expected, atol=1e-9)


def lactate_methyl(te, **options):
    """Real amplitude of the doublet at 1.31 ppm at the echo, from a band of 1 ppm."""
    sequence = Sequence("press", te, **options)
    fid = simulate(["Lac"], sequence, 127.75, DWELL, 4096)["Lac"]
    t = np.arange(4096) * DWELL
    spectrum = np.fft.ifft(fid * np.exp(-np.pi * 2 * t)) * 4096
    ppm = 4.65 + np.fft.fftfreq(4096, DWELL) / 127.75
    return spectrum.real[np.abs(ppm - 1.31) < 0.5].sum() / 4096


def test_lactate_doublet_is_inverted_at_1_over_j_and_upright_at_2_over_j():
    upright = lactate_methyl(0.0)
    assert lactate_methyl(1 / 6.933) / upright == pytest.approx(-1, abs=0.02)
    assert lactate_methyl(2 / 6.933) / upright == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(("duration", "bandwidth"), [(5.2e-3, 1250.0), (8e-3, 3000.0)])
def test_displaced_slices_keep_lactate_upright_as_four_compartments_do(
    duration, bandwidth
):
    # f: probability that the partner of a refocused spin is refocused, too, in one
    # direction.  At TE = 1/J, TE1 = TE2: both directions -> -1, none -> +1, one -> 0.
    design = PulseDesign("slr", duration, bandwidth, 2.7)
    x = np.linspace(-2 * bandwidth, 2 * bandwidth, 4001)
    displaced = x + (4.0974 - 1.3142) * 127.75
    here, partner = (
        np.abs(rotations(design, offsets, 1)[0][:, 1, 0]) ** 2
        for offsets in (x, displaced)
    )
    f = (here * partner).sum() / here.sum()
    shaped = {"pulses": "shaped", "refocusing": design}
    found = lactate_methyl(1 / 6.933, **shaped) / lactate_methyl(0.0)
    assert found == pytest.approx(-(f**2) + (1 - f) ** 2, abs=0.025)


def test_at_the_bandwidth_of_3_t_scanners_the_inversion_of_lactate_is_far_from_whole():
    found = lactate_methyl(1 / 6.933, pulses="shaped") / lactate_methyl(0.0)
    assert -0.4 < found < -0.1


def protons(name):
    return sum(fragment.protons for fragment in fragments(name))


@pytest.mark.parametrize("name", METABOLITES)
@pytest.mark.parametrize("kind", ["press", "steam", "slaser", "laser", "megapress"])
def test_amplitude_at_te_zero_counts_the_protons(name, kind):
    tm = 1e-9 if kind == "steam" else None
    fid = simulate([name], Sequence(kind, 1e-9, mixing_time_s=tm), F0, DWELL, 4)[name]
    assert fid[0] == pytest.approx(protons(name), abs=1e-6)


def test_spin_table_has_the_proton_counts_of_the_molecules():
    counts = {"Glu": 5, "Gln": 5, "NAA": 6, "NAAG": 11, "Cr": 5, "GPC": 18, "PCh": 13}
    counts |= {
        "mI": 6,
        "GABA": 6,
        "Glc": 7,
        "GSH": 10,
        "Tau": 4,
        "Lac": 4,
        "-CrCH2": -2,
    }
    assert {name: protons(name) for name in counts} == pytest.approx(counts)


def test_every_spin_has_a_source_that_is_cited():
    import csv
    from importlib.resources import files

    def rows(name):
        table = files("streams.spins").joinpath(f"{name}.csv")
        return csv.DictReader(table.read_text(encoding="utf-8").splitlines())

    keys = {row["key"] for row in rows("sources")}
    assert {row["source"] for row in rows("spin_systems")} <= keys
    assert len(table_version()) == 12


def test_heteronuclei_split_lines_but_keep_the_amplitude():
    choline = fragments("PCh")[1]
    states = list(choline.splittings_hz())
    assert len(states) == 6
    assert sum(p for p, _ in states) == pytest.approx(1)
    assert sum(p * shift for p, shift in states) == pytest.approx(np.zeros(4))


# Brute force: matrix exponentials, gradients as an average over phases


def brute_force(fragment, programme, mhz):
    """First point of the FID: every delay by expm, gradients by phase averages.

    `programme` holds ("pulse", axis, angle), ("wait", s) and ("gradient", index, k):
    a rotation about z by k times the phase `index`, averaged over 8 values each.
    """
    n = fragment.shifts_ppm.size
    up = raising(n)
    fz = np.diag(projections(n).sum(axis=1))
    fx = (up + up.transpose(0, 2, 1)).sum(axis=0) / 2
    fy = (up - up.transpose(0, 2, 1)).sum(axis=0) / 2j
    offsets_hz = (fragment.shifts_ppm - 4.65) * mhz
    h = 2 * np.pi * hamiltonian_hz(offsets_hz, fragment.couplings_hz)
    phases = np.arange(8) * np.pi / 4
    total = 0
    for a in phases:
        for b in phases:
            rho = fz.astype(complex)
            for step in programme:
                if step[0] == "pulse":
                    u = expm(-1j * step[2] * (fx if step[1] == "x" else fy))
                elif step[0] == "wait":
                    u = expm(-1j * h * step[1])
                else:
                    u = expm(-1j * step[2] * (a, b)[step[1]] * fz)
                rho = u @ rho @ u.conj().T
            total += np.trace(rho @ up.sum(axis=0).T) * 4 / 2**n
    return total / phases.size**2


def test_steam_with_its_zero_quantum_terms_agrees_with_gradients_as_phase_averages():
    te, tm = 0.020, 0.013
    programme = [
        ("pulse", "y", np.pi / 2),
        ("wait", te / 2),
        ("gradient", 0, 1),
        ("pulse", "x", np.pi / 2),
        ("gradient", 1, 1),
        ("wait", tm),
        ("pulse", "x", np.pi / 2),
        ("gradient", 0, 1),
        ("wait", te / 2),
    ]
    (aspartate,) = fragments("Asp")
    expected = 2 * brute_force(aspartate, programme, F0)
    sequence = Sequence("steam", te, mixing_time_s=tm)
    fid = fragment_fid(aspartate, sequence, F0, DWELL, 1)
    assert fid[0] == pytest.approx(expected, abs=1e-9)


def test_press_agrees_with_pulses_one_after_the_other():
    programme = [
        ("pulse", "y", np.pi / 2),
        ("wait", 0.0075),
        ("pulse", "x", np.pi),
        ("wait", 0.0175),
        ("pulse", "x", np.pi),
        ("wait", 0.010),
    ]
    (aspartate,) = fragments("Asp")
    expected = brute_force(aspartate, programme, F0)
    fid = fragment_fid(aspartate, Sequence("press", 0.035, 0.015), F0, DWELL, 1)
    assert fid[0] == pytest.approx(expected, abs=1e-9)


def test_zero_quantum_terms_make_steam_depend_on_tm_for_coupled_spins_only():
    short, long = (Sequence("steam", 0.03, mixing_time_s=tm) for tm in (0.01, 0.013))
    changes = {}
    for name in ("Cr", "Asp"):
        pair = [simulate([name], s, F0, DWELL, 4)[name][0] for s in (short, long)]
        changes[name] = abs(pair[1] - pair[0])
    assert changes["Cr"] < 1e-9 < 0.05 < changes["Asp"]


# Pulses


def test_ideal_rotation_in_closed_form():
    angle = 0.7
    c, s = np.cos(angle / 2), np.sin(angle / 2)
    np.testing.assert_allclose(rotation(1, angle, "x"), [[c, -1j * s], [-1j * s, c]])
    np.testing.assert_allclose(rotation(1, angle, "y"), [[c, -s], [s, c]])


@pytest.mark.parametrize("shape", ["slr", "sinc"])
@pytest.mark.parametrize("bandwidth", [1000.0, 2200.0])
def test_selective_pulses_invert_their_band_and_nothing_else(shape, bandwidth):
    design = PulseDesign(shape, 6e-3, bandwidth, 3.0)
    offsets = np.array([0.0, 0.2, 0.5, 1.0, 1.5]) * bandwidth
    inverted = np.abs(rotations(design, offsets, 1)[0][:, 1, 0]) ** 2
    assert inverted[:2] == pytest.approx([1, 1], abs=0.13)
    assert inverted[2] == pytest.approx(0.5, abs=0.1)
    assert inverted[3:] == pytest.approx([0, 0], abs=0.03)


def test_hyperbolic_secant_inverts_whatever_its_amplitude():
    design = PulseDesign("sech", 4.5e-3, 5000.0, 3.0)
    offsets = np.linspace(-1900, 1900, 41)
    inverted = np.abs(rotations(design, offsets, 1)[0][:, 1, 0]) ** 2
    assert inverted.min() > 0.98
    again = PulseDesign("sech", 9e-3, 5000.0, 3.0)  # half the sweep rate, less B1
    peak, lower = (np.abs(waveform_hz(d)).max() for d in (design, again))
    assert lower == pytest.approx(peak / np.sqrt(2), rel=1e-3)


def test_a_shaped_pulse_on_coupled_spins_agrees_with_step_by_step_exponentials():
    j, mhz = 15.0, F0
    fragment = two_spins(3.1, 2.4, j)
    offsets = (fragment.shifts_ppm - 4.65) * mhz
    system = eigensystem(offsets, fragment.couplings_hz)
    design = PulseDesign("slr", 5.2e-3, 1250.0, 2.7)
    spins = Spins(offsets, fragment.couplings_hz, system, 4.65, mhz)
    position_hz = 180.0
    found = pulse_propagator(design, spins, np.array([position_hz]))[0]

    dt = design.duration_s / STEPS
    up = raising(2)
    fx = (up + up.transpose(0, 2, 1)).sum(axis=0) / 2
    fy = (up - up.transpose(0, 2, 1)).sum(axis=0) / 2j
    fz = np.diag(projections(2).sum(axis=1))
    carrier = (2.7 - 4.65) * mhz
    shifted = hamiltonian_hz(offsets - carrier + position_hz, fragment.couplings_hz)
    u = np.eye(4, dtype=complex)
    for b1 in waveform_hz(design):
        field = 2 * np.pi * (b1.real * fx + b1.imag * fy + shifted)
        u = expm(-1j * dt * field) @ u
    frame = expm(-1j * np.pi * carrier * design.duration_s * fz)
    expected = system.vectors.T @ (frame @ u @ frame) @ system.vectors
    np.testing.assert_allclose(found, expected, atol=3e-4)


@pytest.mark.parametrize("kind", ["press", "slaser", "laser"])
def test_shaped_pulses_leave_singlets_as_they_are(kind):
    sequence = Sequence(kind, 0.040, pulses="shaped")
    fid = simulate(["Cr"], sequence, F0, DWELL, POINTS)["Cr"]
    np.testing.assert_allclose(fid, 3 * line(3.027) + 2 * line(3.913), atol=0.02)


def test_adiabatic_pairs_of_broad_band_come_close_to_ideal_pulses():
    shaped, ideal = (
        simulate(["Glu"], Sequence("slaser", 0.03, pulses=p), F0, DWELL, POINTS)["Glu"]
        for p in ("shaped", "ideal")
    )
    correlation = (
        np.vdot(shaped, ideal) / np.linalg.norm(shaped) / np.linalg.norm(ideal)
    )
    assert abs(correlation) > 0.995


@pytest.mark.parametrize("pulses", ["ideal", "shaped"])
def test_megapress_editing_leaves_gaba_at_3_ppm_and_takes_the_singlets_away(pulses):
    on, off = (
        simulate(
            ["GABA", "Cr"],
            Sequence("megapress", 0.068, 0.020, pulses=pulses, edit_ppm=edit),
            F0,
            DWELL,
            2048,
        )
        for edit in (1.9, None)
    )
    t = np.arange(2048) * DWELL
    ppm = 4.65 + np.fft.fftfreq(2048, DWELL) / F0
    band = np.abs(ppm - 3.01) < 0.12

    def integral(fid):
        return (np.fft.ifft(fid * np.exp(-9 * t)) * 2048).real[band].sum() / 2048

    gaba = integral(on["GABA"] - off["GABA"])
    creatine = integral(on["Cr"] - off["Cr"])
    assert gaba > 0.8
    assert abs(creatine) < 0.1


def test_oscillations_are_the_plain_sum():
    rng = np.random.default_rng(3)
    nu, c = rng.uniform(-900, 900, 40), rng.normal(size=(40, 2)) @ [1, 1j]
    plain = np.exp(-2j * np.pi * np.outer(T[:501], nu)) @ c
    np.testing.assert_allclose(oscillations(nu, c, DWELL, 501), plain, atol=1e-9)


# The interface


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"kind": "spinecho", "echo_time_s": 0.03}, "spinecho"),
        ({"kind": "steam", "echo_time_s": 0.02}, "TM"),
        ({"kind": "press", "echo_time_s": -0.01}, "negative"),
        ({"kind": "press", "echo_time_s": 0.03, "first_echo_time_s": 0.04}, "TE1"),
        ({"kind": "press", "echo_time_s": 0.03, "pulses": "real"}, "real"),
    ],
)
def test_impossible_sequences_are_refused_in_words(options, word):
    with pytest.raises(InputError, match=word):
        Sequence(**options)


def test_too_short_an_echo_time_for_shaped_pulses_is_refused():
    with pytest.raises(InputError, match="too short"):
        simulate(["Cr"], Sequence("slaser", 0.010, pulses="shaped"), F0, DWELL, 8)
    with pytest.raises(InputError, match="TE2"):
        steps(Sequence("megapress", 0.068, 0.050, edit_ppm=1.9))
    with pytest.raises(InputError, match="no refocusing"):
        refocusing_of(Sequence("steam", 0.02, mixing_time_s=0.01))


def test_an_unknown_metabolite_is_refused_with_the_known_ones():
    with pytest.raises(InputError, match=r"Unobtainium.*Glu"):
        simulate(["Unobtainium"], Sequence("press", 0.03), F0, DWELL, 8)


def test_the_whole_set_with_ideal_pulses_takes_under_20_s():
    start = time.process_time()
    simulate(METABOLITES, Sequence("press", 0.03), F0, DWELL, 4096)
    assert time.process_time() - start < 20


@pytest.mark.slow
def test_the_whole_set_with_shaped_pulses_takes_under_5_min():
    start = time.process_time()
    simulate(METABOLITES, Sequence("press", 0.03, pulses="shaped"), F0, DWELL, 4096)
    assert time.process_time() - start < 300


def test_hard_pulses_of_a_polynomial_are_those_that_it_was_made_of():
    """The forward recursion of Shinnar and Le Roux, undone."""
    turns = 0.4 * np.exp(1j * np.array([0.0, 1.0, -2.0, 0.5])) * [1, 0.5, 2, 1]
    a, b = np.ones(1, complex), np.zeros(1, complex)
    for k, turn in enumerate(turns):
        c = np.cos(abs(turn) / 2)
        s = np.sin(abs(turn) / 2) * np.exp(1j * (np.angle(turn) + np.pi / 2))
        if k == 0:
            a, b = np.array([c + 0j]), np.array([s])
            continue
        a, b = np.append(a, 0), np.append(0, b)
        a, b = c * a - np.conj(s) * b, s * a + c * b
    assert np.allclose(_hard_pulse_angles(a, b), turns)
