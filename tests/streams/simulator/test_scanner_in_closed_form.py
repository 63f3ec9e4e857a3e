"""Pieces of the virtual scanner against other ways to work them out."""

import math
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scanner_small import naa_singlet, plain, series

from streams.errors import InputError
from streams.messages.transient import REFERENCE_PPM, Kind
from streams.simulator import (
    background,
    conditions,
    inversion,
    motion,
    receiver,
    relaxation,
)
from streams.simulator.field_artefacts import (
    Drift,
    EddyCurrents,
    Jump,
    Narrowing,
    Rhythm,
)
from streams.simulator.line_shape import (
    MICROSCOPIC_HZ,
    FieldDistribution,
    _top_and_width,
    _unit_distribution,
    field_distribution,
)
from streams.simulator.passing_artefacts import Contamination, Motion, Stretch
from streams.simulator.plan import MovedVoxel
from streams.simulator.receiver_artefacts import Saturation, Transport
from streams.simulator.scanner import metabolite_fid, prepare
from streams.simulator.schedule import delivery, schedule_of
from streams.simulator.signal_artefacts import MobileProtein, PhaseCycle, ResidualWater
from streams.simulator.truth import ratios, truth_rows, truth_summary

T = np.arange(600) * 0.4e-3


def test_a_ppm_above_the_carrier_turns_backwards_by_the_frequency() -> None:
    assert background.offset_hz(REFERENCE_PPM + 2.0, 123.2) == pytest.approx(246.4)
    turned = background.rotation(246.4, np.array([0.0, 0.25 / 246.4]))
    np.testing.assert_allclose(turned, [1.0, -1.0j], atol=1e-12)


def test_lipid_lies_in_a_field_of_gamma_distributed_offsets() -> None:
    """Integrated over offsets nu exp(-nu / 3 Hz) / 9, all towards higher ppm."""
    nu = np.linspace(0.0, 90.0, 3001)
    density = nu * np.exp(-nu / 3.0)
    field = np.exp(-2j * np.pi * np.outer(T, nu)) @ density / density.sum()
    lines = sum(
        protons * background.rotation(background.offset_hz(ppm, 123.2) + 20.0, T)
        for ppm, protons in background.FATTY_ACID
    )
    expected = lines * field * np.exp(-T / background.FATTY_ACID_T2_S)
    fid = background.lipid(T, 123.2, 0.0, 20.0)
    np.testing.assert_allclose(fid / fid[0], expected / expected[0], atol=1e-4)
    assert background.real_height(fid) == pytest.approx(1.0)
    turned = background.lipid(T, 123.2, 90.0, 20.0)
    np.testing.assert_allclose(turned, 1j * fid, atol=1e-12)


def test_residual_water_is_a_sum_of_damped_lines() -> None:
    fid = background.residual_water(T)
    expected = np.zeros(len(T), complex)
    for shift_hz, width_hz, amplitude, phase_rad in background.WATER_LINES:
        rate = math.pi * width_hz + 2j * math.pi * shift_hz
        start = amplitude * complex(math.cos(phase_rad), math.sin(phase_rad))
        expected += [start / np.exp(rate * t) for t in T]
    np.testing.assert_allclose(fid / fid[0], expected / expected[0])
    assert np.abs(np.fft.ifft(fid, 2400)).max() * 2400 == pytest.approx(1.0)


def test_an_unwanted_echo_is_highest_at_its_time() -> None:
    cycle = PhaseCycle(4, 1.0, 0.08, 0.02, REFERENCE_PPM, 0.0)
    at = np.array([0.06, 0.08, 0.10])
    echo = background.unwanted_echo(cycle, at, 123.2)
    np.testing.assert_allclose(echo, [math.exp(-1), 1.0, math.exp(-1)])


def test_relaxation_is_what_the_bloch_equations_say() -> None:
    t1_s, tr_s, ti_s = 1.2, 2.0, 0.8

    def recovered(m: float, time_s: float) -> float:
        return 1 - (1 - m) * math.exp(-time_s / t1_s)

    m = 1.0
    for _ in range(50):  # to the steady state; 90 degrees leave nothing
        m = recovered(0.0, tr_s - ti_s)
        m = recovered(-relaxation.INVERTED * m, ti_s)
    alone = recovered(0.0, tr_s)
    found = relaxation.after_inversion(t1_s, ti_s, tr_s)
    assert found == pytest.approx(m / alone)
    weight = relaxation.weight((t1_s, 0.1), 0.03, tr_s)
    assert weight == pytest.approx(alone * math.exp(-0.3))


def test_the_ch2_of_creatine_makes_up_for_its_own_t1() -> None:
    amplitudes, factors = {"Cr": 3.0, "NAA": 9.0}, {"Cr": 0.1, "NAA": 0.3}
    fid = inversion._creatine(T, 123.2, amplitudes, factors, lambda t1_s: 0.4)
    place = (relaxation.CREATINE_CH2_PPM - REFERENCE_PPM) * 123.2
    decay = np.exp(-T / 0.146 - 2j * np.pi * place * T)
    np.testing.assert_allclose(fid, 2 * 3.0 * (0.4 - 0.1) * decay)


# -- the line shape --------------------------------------------------------------------


def test_the_line_is_the_sum_over_the_field() -> None:
    shim = FieldDistribution(np.array([-2.0, 3.0]), np.array([0.25, 0.75]))
    expected = [
        math.exp(-math.pi * MICROSCOPIC_HZ * t)
        * (0.25 * np.exp(4j * np.pi * t) + 0.75 * np.exp(-6j * np.pi * t))
        for t in T
    ]
    np.testing.assert_allclose(shim.line(T), expected)


@pytest.mark.parametrize("asymmetry", [0.0, 0.5])
def test_the_field_has_the_moments_of_its_polynomial(asymmetry: float) -> None:
    """By Gauss's quadrature; y alone may be mirrored without a change."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    weights = weights / (1 + nodes**8)
    x, y, z = np.meshgrid(nodes, nodes, nodes, indexing="ij")
    w = np.einsum("i,j,k->ijk", weights, weights, weights)
    quadratic = 0.9 * x * x - 0.5 * y * y + 0.5 * x * z
    field = x + 0.6 * y + 0.3 * z + asymmetry * quadratic
    offset, share = _unit_distribution(asymmetry)
    assert share.sum() == pytest.approx(1.0)
    for power in (1, 2, 3):
        expected = (w * field**power).sum() / w.sum()
        assert share @ offset**power == pytest.approx(expected, rel=0.01, abs=1e-3)


def lorentzians(at: float, offset: np.ndarray, weight: np.ndarray, hz: float) -> float:
    return float(sum(weight / ((at - offset) ** 2 + (hz / 2) ** 2)))


def test_top_and_width_of_one_line_and_of_two() -> None:
    top, width = _top_and_width(np.array([1.0]), np.array([1.0]), 4.0)
    assert (top, width) == pytest.approx((1.0, 4.0), abs=0.02)
    offset, weight = np.array([-1.0, 2.0]), np.array([0.4, 0.6])
    top, width = _top_and_width(offset, weight, 3.0)
    axis = np.linspace(-8, 8, 16001)
    line = np.array([lorentzians(at, offset, weight, 3.0) for at in axis])
    inside = axis[line >= line.max() / 2]
    assert top == pytest.approx(axis[line.argmax()], abs=0.02)
    assert width == pytest.approx(inside[-1] - inside[0], abs=0.005)


@pytest.mark.parametrize("asymmetry", [0.0, 0.7])
def test_a_shim_is_as_wide_as_asked_with_its_top_at_zero(asymmetry: float) -> None:
    shim = field_distribution(9.0, asymmetry, 1.3)
    axis = np.linspace(-20, 20, 4001)
    hz = MICROSCOPIC_HZ + 1.3
    line = np.array([lorentzians(at, shim.offset_hz, shim.weight, hz) for at in axis])
    inside = axis[line >= line.max() / 2]
    assert inside[-1] - inside[0] == pytest.approx(9.0, abs=0.05)
    assert axis[line.argmax()] == pytest.approx(0.0, abs=0.05)
    # The tail of an asymmetrical shim lies towards higher ppm.
    assert (shim.weight @ shim.offset_hz > 0.3) == (asymmetry > 0)


# -- conditions ------------------------------------------------------------------------


def of(scenario, **changes):
    changed = replace(scenario, **changes)
    return conditions.conditions_of(changed, schedule_of(changed))


def test_drift_in_closed_form() -> None:
    drift = Drift(3.0, 2.0, 60.0, 0.0, (Jump(120.0, -4.0),))
    found = conditions._drift_hz(drift, np.array([0.0, 60.0, 120.0]))
    after = [2.0 * (1 - math.exp(-n)) for n in range(3)]
    assert found == pytest.approx([0.0, 3.0 + after[1], 6.0 + after[2] - 4.0])


def test_breathing_moves_shift_phase_and_water_together() -> None:
    breath = Rhythm(5.0, 1.5, 10.0, 20.0, 0.0)
    found = of(plain(), breathing=breath, residual_water=ResidualWater(3.0, 0.0, 0.0))
    wave = found.phase_deg / 10.0
    assert np.ptp(wave) > 1.0
    np.testing.assert_allclose(found.shift_hz, 1.5 * wave, atol=1e-12)
    np.testing.assert_allclose(found.water, 3.0 * (1 + 0.2 * wave), atol=1e-12)


def test_what_motion_does_is_added(monkeypatch) -> None:
    n = len(schedule_of(plain()).time_s)
    moved = SimpleNamespace(
        shift_hz=np.full(n, 0.5), phase_deg=np.full(n, 7.0), width_hz=np.full(n, 2.0),
        loss=np.full(n, 0.25), lipid=np.full(n, 0.1), corrupted=np.ones(n, bool),
    )  # fmt: skip
    monkeypatch.setattr(conditions, "movement", lambda *_: moved)
    stretch = Stretch(0.0, 1e9, 0.2, 3.0, 1.0, 0.5, 0.4)
    one = replace(plain().series[0], shift_hz=-2.0)
    found = of(
        plain(),
        series=(one,),
        contamination=Contamination((stretch,)),
        residual_water=ResidualWater(1.5, 0.0, 0.0),
    )
    first, last = 0, -1  # a noise frame, which contamination leaves alone
    assert found.shift_hz[last] == found.shift_hz[first] == -1.5
    assert found.phase_deg[last] == 7.0
    assert (found.width_hz[first], found.width_hz[last]) == (2.0, 3.0)
    assert found.lipid[first] == pytest.approx(0.1)
    assert found.lipid[last] == pytest.approx(0.3)
    assert (found.amplitude[first], found.amplitude[last]) == (0.75, 0.375)
    assert (found.water[first], found.water[last]) == (1.5, 4.5)
    assert (found.step[first], found.step[last]) == (0.0, 0.4)


def test_lines_narrow_with_the_infusion_alone() -> None:
    narrowing = Narrowing(0.6, 10.0)
    scenario = replace(plain(), infused_s=(10.0, 30.0))
    found = of(scenario, narrowing=narrowing)
    time_s = schedule_of(scenario).time_s
    assert (found.width_hz[time_s <= 10.0] == 0).all()
    (at,) = np.flatnonzero(time_s == 20.0)
    share = (1 - math.exp(-1)) / (1 - math.exp(-2))
    assert found.width_hz[at] == pytest.approx(-0.6 * share)
    assert not of(scenario).width_hz.any()
    with pytest.raises(InputError, match="courses and narrowing follow the infusion"):
        replace(plain(), narrowing=narrowing)


def test_a_series_that_says_no_place_drifts_on_from_the_one_that_did() -> None:
    pieces = (
        series(shift_hz=1.0),
        series(shift_hz=None),
        series(shift_hz=-2.0),
        series(shift_hz=None),
    )
    found = of(plain(), series=pieces)
    expected = np.repeat([1.0, 1.0, -2.0, -2.0], len(found.shift_hz) // 4)
    np.testing.assert_array_equal(found.shift_hz, expected)


def test_a_head_that_has_moved_stays_there(monkeypatch) -> None:
    moving = Motion(0.0, 1.0, 0.0, (0.2, 0.2), (3.0, 3.0), 0.0, 0.0, 4.0, 9.0)
    scenario = replace(plain(), motion=moving, series=(series(transients=60),))
    hit = np.zeros(63, bool)
    hit[[20, 40]] = True
    schedule = schedule_of(scenario)
    monkeypatch.setattr(motion, "_hit", lambda *_: hit)
    found = motion.movement(scenario, schedule)
    for values in (found.shift_hz, found.phase_deg):
        assert len(set(values.tolist())) == 3
        assert not values[:21].any()
        assert len(set(values[21:41].tolist())) == 1
    assert found.loss[[20, 21]].tolist() == [0.2, 0.0]
    assert found.width_hz[[20, 21]].tolist() == [3.0, 0.0]


# -- one transient ---------------------------------------------------------------------


def test_a_voxel_that_lies_where_it_lay_is_seen_alike() -> None:
    pieces = (series(), series(moved=MovedVoxel({}, 0.3)), series(moved=MovedVoxel()))
    scenario = replace(plain(coils=8), series=pieces)
    first = receiver.receiver_of(scenario, 1.0)
    one, other, third = receiver.moved_coils(scenario, first)
    assert one is first
    assert third is first
    spread = np.log(np.abs(other.sensitivity / first.sensitivity))
    assert 0.05 < spread.std() < 1.0


def test_a_receiver_that_saturates_cuts_each_part() -> None:
    one = SimpleNamespace(sensitivity=np.array([0.5, -2.0j]))
    coils = np.array([[3.0 - 1.0j, 0.5 + 9.0j]], np.complex64)
    cut = receiver.clip(coils, np.array([1j, 2.0]), one, Saturation(0.0, 1.0, 0.5))
    np.testing.assert_allclose(cut, [[2.0 - 1.0j, 0.5 + 2.0j]])


def small(**changes):
    """A session of NAA alone, without water, lipid or humps."""
    scenario = replace(plain(), **changes)
    return prepare(scenario, naa_singlet(scenario))


def test_a_transient_in_closed_form() -> None:
    eddy = EddyCurrents((0.4,), (0.05,))
    session = small(eddy_currents=eddy, macromolecules=MobileProtein(0.3))
    count = len(session.schedule.time_s) - 1
    held = session.conditions
    for name, value in (("shift_hz", 1.5), ("phase_deg", 30.0), ("width_hz", 2.0)):
        getattr(held, name)[count] = value
    t = session.time_s
    inside = session.amplitude @ session.metabolite_fids + session.macromolecules
    expected = inside * session.lines[0] * np.exp(-2.0 * np.pi * t)
    phase = np.pi / 6 + 0.4 * np.exp(-t / 0.05) - 2 * np.pi * 1.5 * t
    expected = expected * np.exp(1j * phase)
    np.testing.assert_allclose(metabolite_fid(session, count), expected)
    held.width_hz[count] = 0.0
    wide = expected * np.exp(2.0 * np.pi * t)
    np.testing.assert_allclose(metabolite_fid(session, count), wide)


def test_a_transient_after_an_inversion_in_closed_form() -> None:
    pieces = (series(), series(inversion_time_s=0.9))
    session = small(series=pieces, macromolecules=MobileProtein(0.3))
    count = len(session.schedule.time_s) - 1
    left = session.inversions[1]
    inside = (session.amplitude * left.metabolites) @ session.metabolite_fids
    inside = inside + left.macromolecules + left.creatine
    expected = inside * session.lines[1]
    np.testing.assert_allclose(metabolite_fid(session, count), expected)
    assert np.abs(left.creatine).max() > 0
    rows = list(truth_rows(session))
    kinds = [row["kind"] for row in rows]
    assert kinds[0] == Kind.NOISE.value
    assert Kind.METABOLITE.value in kinds
    assert kinds[-1] == Kind.MACROMOLECULE.value
    assert truth_summary(session)["inversion_time_s"] == [None, 0.9]
    assert "inversion_time_s" not in truth_summary(small())


def test_an_inversion_leaves_macromolecules_that_must_be_there() -> None:
    with pytest.raises(InputError, match="an inversion leaves macromolecules"):
        replace(plain(), series=(series(inversion_time_s=0.9),))
    with pytest.raises(InputError, match="an inversion leaves macromolecules"):
        replace(plain(), series=(series(), series(inversion_time_s=0.9)))


def test_decays_are_those_of_t2() -> None:
    scenario = plain()
    fids = {name: np.ones(512, complex) for name in scenario.concentrations_mm}
    session = prepare(scenario, fids)
    t = session.time_s
    for name, fid in zip(session.names, session.metabolite_fids, strict=True):
        np.testing.assert_allclose(fid, np.exp(-t / relaxation.times_s(name)[1]))
    decay = np.abs(session.water_reference[0]) / np.abs(session.lines[0])
    slope = np.polyfit(t, np.log(decay), 1)[0]
    assert slope == pytest.approx(-1 / relaxation.WATER_S[1])
    at_once = prepare(replace(scenario, relaxation=False), fids)
    assert at_once.amplitude == pytest.approx(list(scenario.concentrations_mm.values()))
    assert (session.amplitude < at_once.amplitude).all()
    naa = session.names.index("NAA")
    line = session.lines[0] * session.metabolite_fids[naa]
    height = background.real_height(3 * session.amplitude[naa] * line)
    assert session.naa_height == pytest.approx(height)


def test_a_late_transient_comes_after_its_successor() -> None:
    pieces = (series(noise_frames=0, water_frames=0, transients=40),) * 2
    late = Transport(out_of_order_fraction=0.3)
    scenario = replace(plain(), series=pieces, transport=late)
    order = delivery(scenario, schedule_of(scenario)).tolist()
    assert sorted(order) == list(range(80))
    assert order != sorted(order)
    assert set(order[:40]) == set(range(40))
    behind = [place - count for place, count in enumerate(order)]
    assert max(behind) <= 1


def test_ratios_are_of_what_is_there() -> None:
    found = ratios({"Glu": 9.0, "NAA": 12.0, "Cr": 6.0})
    assert found["Glu/tCr"] == pytest.approx(1.5)
    assert found["Glu/tNAA"] == pytest.approx(0.75)
    assert "Gln/tCr" not in found
    assert "Glu/tCr" not in ratios({"Glu": 9.0, "NAA": 12.0})
