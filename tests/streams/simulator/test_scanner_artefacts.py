"""Each artefact, switched on alone, does what it says, and nothing when off."""

from dataclasses import replace

import numpy as np
import pytest
from scanner_small import (
    clean_fid,
    fwhm_hz,
    naa_singlet,
    plain,
    ppm,
    series,
    spectrum,
    transients,
)

from streams.simulator.background import (
    METHYL,
    METHYLENE,
    NEAR_NITROGEN_T1_S,
    T1_S,
    protein_t1_s,
)
from streams.simulator.courses import Saturating
from streams.simulator.field_artefacts import (
    Drift,
    EddyCurrents,
    Narrowing,
    Phase,
    Rhythm,
)
from streams.simulator.passing_artefacts import Burst, Motion
from streams.simulator.plan import PlannedEvent, PlannedSeries
from streams.simulator.receiver_artefacts import (
    CoilArray,
    CoilFailure,
    GainStep,
    GainSteps,
    Saturation,
)
from streams.simulator.scanner import metabolite_fid, prepare, scan_session, transient
from streams.simulator.signal_artefacts import (
    Hump,
    Lipids,
    MobileProtein,
    PhaseCycle,
    ResidualWater,
    SteadyState,
    Wander,
    WanderingBaseline,
)

LONG = (PlannedSeries("start", 0.0, 0, 0, 3000, 7.5, 0.0),)
MOVES = Motion(
    events_per_hour=0.0,
    transients_per_event=1.0,
    phase_deg=150.0,
    loss=(0.1, 0.6),
    broadening_hz=(3.0, 10.0),
    shift_hz=4.0,
    lipid_over_naa=1.5,
    lasting_shift_hz=0.0,
    lasting_phase_deg=0.0,
)


def ready(scenario=None, **artefacts):
    """A session of singlets with some artefacts switched on."""
    scenario = replace(scenario or plain(), **artefacts)
    return prepare(scenario, naa_singlet(scenario))


def long_session(**artefacts):
    return ready(replace(plain(), series=LONG), **artefacts)


def added(**artefacts):
    """What an artefact adds to a clean transient (number 5), over NAA's height."""
    scenario = plain(points=2048)
    with_it, without = ready(scenario, **artefacts), ready(scenario)
    fid = metabolite_fid(with_it, 5) - metabolite_fid(without, 5)
    return ppm(scenario, 4), spectrum(fid, 4) / without.naa_height


def test_without_artefacts_all_metabolite_transients_are_alike():
    session = ready()
    np.testing.assert_array_equal(
        metabolite_fid(session, 3), metabolite_fid(session, 9)
    )


def test_jitter_of_the_field():
    shift = long_session(drift=Drift(jitter_hz=0.7)).conditions.shift_hz
    assert shift.std() == pytest.approx(0.7, rel=0.05)
    assert abs(np.corrcoef(shift[1:], shift[:-1])[0, 1]) < 0.06


def test_phase_start_jitter_and_wander():
    phase = long_session(phase=Phase(start_deg=40.0, jitter_deg=5.0)).conditions
    assert phase.phase_deg.mean() == pytest.approx(40, abs=0.4)
    assert phase.phase_deg.std() == pytest.approx(5, rel=0.05)
    slow = long_session(phase=Phase(wander_deg=5.0)).conditions.phase_deg
    assert np.diff(slow).std() < 0.5 * slow.std()


def test_phase_turns_the_fid_in_our_sense():
    turned, straight = ready(phase=Phase(start_deg=30.0)), ready()
    ratio = metabolite_fid(turned, 4)[:50] / metabolite_fid(straight, 4)[:50]
    np.testing.assert_allclose(ratio, np.exp(1j * np.radians(30)))


@pytest.mark.parametrize("which", ["breathing", "heart"])
def test_rhythm_has_its_period_and_amplitude(which):
    rhythm = Rhythm(4.13, 0.8, 3.0, 20.0, irregularity=0.0)
    scenario = replace(plain(repetition_time_s=0.5), series=LONG)
    session = ready(
        scenario, residual_water=ResidualWater(2.0, 0.0, 0.0), **{which: rhythm}
    )
    conditions = session.conditions
    power = np.abs(np.fft.rfft(conditions.shift_hz))
    place_hz = np.fft.rfftfreq(3000, 0.5)[power.argmax()]
    assert 1 / place_hz == pytest.approx(4.13, rel=0.01)
    assert np.abs(conditions.shift_hz).max() == pytest.approx(0.8, rel=0.05)
    assert np.abs(conditions.phase_deg).max() == pytest.approx(3.0, rel=0.05)
    assert conditions.water.max() == pytest.approx(2.4, rel=0.02)


def test_irregular_breathing_loses_its_beat():
    scenario = replace(plain(repetition_time_s=0.5), series=LONG)
    waves = [
        ready(scenario, breathing=Rhythm(4.0, 1.0, 0.0, 0.0, irregularity=irregularity))
        for irregularity in (0.0, 0.15)
    ]
    regular, irregular = (np.abs(np.fft.rfft(w.conditions.shift_hz)) for w in waves)
    assert irregular.max() < 0.5 * regular.max()


def test_eddy_currents_turn_metabolites_and_water_alike():
    eddy = EddyCurrents((0.4, -0.2), (0.03, 0.1))
    session, straight = ready(eddy_currents=eddy), ready()
    t = session.time_s
    phase = 0.4 * np.exp(-t / 0.03) - 0.2 * np.exp(-t / 0.1)
    metabolite = metabolite_fid(session, 5) / metabolite_fid(straight, 5)
    np.testing.assert_allclose(metabolite, np.exp(1j * phase), rtol=1e-9)
    water = transient(session, 1), transient(straight, 1)
    ratio = np.angle(water[0].fid[0, :200] / water[1].fid[0, :200])
    np.testing.assert_allclose(ratio, phase[:200], atol=0.01)


def test_residual_water_has_its_height_and_stays_at_its_place():
    axis, spectra = added(residual_water=ResidualWater(3.0, 0.0, 0.0))
    assert np.abs(spectra).max() == pytest.approx(3.0, rel=0.01)
    assert axis[np.abs(spectra).argmax()] == pytest.approx(4.65, abs=0.1)
    assert np.abs(spectra[axis < 4.0]).max() < 0.15


def test_residual_water_fluctuates():
    water = long_session(residual_water=ResidualWater(3.0, 10.0, 6.0)).conditions
    assert water.water.std() / 3.0 == pytest.approx(0.10, rel=0.05)
    assert water.water_phase_deg.std() == pytest.approx(6.0, rel=0.05)


def test_lipid_has_its_height_phase_and_fluctuation():
    lipids = Lipids(0.5, 0.0, phase_deg=0.0, offset_hz=0.0)
    axis, spectra = added(lipids=lipids)
    assert spectra.real.max() == pytest.approx(0.5, rel=0.01)
    assert axis[spectra.real.argmax()] == pytest.approx(1.3, abs=0.05)
    _, upside_down = added(lipids=replace(lipids, phase_deg=180.0))
    np.testing.assert_allclose(upside_down, -spectra, atol=1e-9)
    fluctuating = long_session(lipids=Lipids(0.5, 20.0, 0.0, 0.0)).conditions.lipid
    assert fluctuating.std() == pytest.approx(0.1, rel=0.05)
    assert fluctuating.min() >= 0


def test_macromolecules_have_their_height_and_no_gap_between_2_3_and_3_ppm():
    axis, spectra = added(macromolecules=MobileProtein(0.2))
    real = spectra.real
    assert real.max() == pytest.approx(0.2, rel=0.02)
    assert axis[real.argmax()] == pytest.approx(0.92, abs=0.04)
    assert np.interp(2.7, axis, real) > 0.01


def test_methyl_groups_outlive_other_protein_at_long_echo_time():
    shares = []
    for te_s in (0.030, 0.105):
        session = ready(plain(echo_time_s=te_s), macromolecules=MobileProtein(0.2))
        axis, real = ppm(plain()), spectrum(session.macromolecules).real
        shares.append(np.interp(3.0, axis, real) / real.max())
    expected = np.exp(-0.075 * (1 / METHYLENE - 1 / METHYL))
    assert shares[1] / shares[0] == pytest.approx(expected, rel=0.1)


def test_baseline_humps_are_broad_and_wander():
    hump = Hump(ppm=2.5, fwhm_ppm=1.0, height_over_naa=0.1, phase_deg=0.0)
    axis, spectra = added(baseline=WanderingBaseline((hump,), 0.0))
    real = spectra.real
    assert real.max() == pytest.approx(0.1, rel=0.05)
    wide = axis[real > real.max() / 2]
    assert np.ptp(wide) == pytest.approx(1.0, abs=0.1)
    course = long_session(baseline=WanderingBaseline((hump,), 10.0)).conditions.baseline
    assert 0.04 < course.std() < 0.16


def test_motion_in_a_burst_spoils_its_share_of_transients_and_no_other():
    motion = replace(MOVES, bursts=(Burst(1000.0, 3000.0, 0.4),))
    session = long_session(motion=motion)
    conditions, time_s = session.conditions, session.schedule.time_s
    inside = (time_s >= 1000) & (time_s < 3000)
    hit = conditions.corrupted
    assert not hit[~inside].any()
    assert hit[inside].mean() == pytest.approx(0.4, abs=0.05)
    clean = ~hit
    for vector in (conditions.shift_hz, conditions.phase_deg, conditions.width_hz):
        np.testing.assert_array_equal(vector[clean], 0)
    np.testing.assert_array_equal(conditions.amplitude[clean], 1)
    assert 0.4 <= conditions.amplitude[hit].min() < 0.45
    assert 0.85 < conditions.amplitude[hit].max() <= 0.9
    assert 3 <= conditions.width_hz[hit].min() < 3.5
    assert 9.5 < conditions.width_hz[hit].max() <= 10
    assert np.abs(conditions.shift_hz[hit]).max() == pytest.approx(4, abs=0.1)
    assert np.abs(conditions.phase_deg[hit]).max() == pytest.approx(150, abs=3)
    assert conditions.lipid[hit].max() == pytest.approx(1.5, abs=0.05)


def test_rare_motion_comes_as_often_as_stated_and_leaves_a_step():
    motion = replace(
        MOVES, events_per_hour=30.0, transients_per_event=3.0, lasting_shift_hz=0.8
    )
    conditions = long_session(motion=motion).conditions
    runs = np.flatnonzero(np.diff(conditions.corrupted.astype(int)) == 1).size
    hours = 3000 * 2 / 3600
    assert runs == pytest.approx(30 * hours, rel=0.35)
    assert conditions.corrupted.sum() / runs == pytest.approx(3, rel=0.3)
    quiet = conditions.shift_hz[~conditions.corrupted]
    assert np.unique(quiet).size == pytest.approx(runs, abs=3)


def test_lines_narrow_as_the_infusion_goes_on():
    events = (
        PlannedEvent(600.0, "infusion_start"),
        PlannedEvent(3000.0, "infusion_stop"),
    )
    scenario = replace(plain(points=4096), series=LONG, events=events)
    session = ready(scenario, narrowing=Narrowing(0.5, 300.0))
    widths = [fwhm_hz(scenario, metabolite_fid(session, n)) for n in (0, 299, 1499)]
    assert widths[0] == widths[1]
    assert session.conditions.width_hz[1500] == pytest.approx(-0.5, abs=0.01)
    assert 0.2 < widths[0] - widths[2] < 0.8
    # a narrower line is a taller one of the same area
    first, last = (metabolite_fid(session, n)[0] for n in (0, 1499))
    assert first == pytest.approx(last)


def test_concentration_follows_its_course_and_no_other_does():
    events = (
        PlannedEvent(600.0, "infusion_start"),
        PlannedEvent(3000.0, "infusion_stop"),
    )
    scenario = replace(
        plain(),
        series=LONG,
        events=events,
        courses={"NAA": Saturating(-20.0, 300.0)},
    )
    session = ready(scenario)
    before, after = (metabolite_fid(session, n) for n in (10, 1500))
    np.testing.assert_allclose(after, 0.8 * before)
    still = ready(replace(scenario, courses={"Glu": Saturating(10.0, 300.0)}))
    np.testing.assert_array_equal(
        metabolite_fid(still, 10), metabolite_fid(still, 1500)
    )


def test_receiver_saturates_when_it_says():
    session = ready(saturation=Saturation(20.0, 30.0, 0.5))
    for body in transients(scan_session(session)):
        if body.kind != "metabolite":
            continue
        fid = metabolite_fid(session, body.count)
        loudest = np.abs(session.receivers[0].sensitivity).max() * np.abs(fid).max()
        top = np.abs(body.fid.view(np.float32)).max()
        if 20 <= body.time_s < 30:
            assert top == pytest.approx(0.5 * loudest, rel=1e-5)
        else:
            assert top > 0.55 * loudest


def test_coil_fails_from_its_time_on():
    session = ready(coil_failure=CoilFailure(coil=1, from_s=20.0))
    for body in transients(scan_session(session)):
        assert body.fid[1].any() == (body.time_s < 20)
        assert body.fid[0].any()


@pytest.mark.parametrize("alone", [False, True])
def test_gain_steps_from_its_time_on(alone):
    steps = GainSteps((GainStep(20.0, 2.5, alone), GainStep(40.0, 0.4, alone)))
    plain = transients(scan_session(ready()))
    larger = transients(scan_session(ready(gain_steps=steps)))
    for one, body in zip(plain, larger, strict=True):
        gain = 2.5 if 20 <= body.time_s < 40 else 1.0
        noise = (body.fid - gain * one.fid)[:, -8:]
        if alone and gain != 1:
            assert np.abs(noise).max() > 0.1 * np.abs(one.fid[:, -8:]).max()
        else:
            np.testing.assert_allclose(body.fid, gain * one.fid, rtol=1e-5)


CYCLE = PhaseCycle(4, 0.5, 0.05, 0.01, 3.6, 90.0)


def test_only_a_whole_phase_cycle_cancels_its_residuals():
    water = ResidualWater(3.0, 0.0, 0.0)
    session = ready(phase_cycle=CYCLE, residual_water=water)
    clean = metabolite_fid(ready(), 3)
    whole = np.mean([metabolite_fid(session, n) for n in range(3, 7)], axis=0)
    part = np.mean([metabolite_fid(session, n) for n in range(3, 6)], axis=0)
    np.testing.assert_allclose(whole, clean, atol=1e-9 * np.abs(clean).max())
    assert np.abs(part - clean).max() > 0.1 * np.abs(clean).max()


def test_first_transients_are_stronger_until_the_steady_state():
    session = ready(steady_state=SteadyState(60.0, 3.0, 2.0))
    first = [np.abs(metabolite_fid(session, n)[0]) for n in (3, 4, 5, 20)]
    assert first[0] > 1.1 * first[3]
    assert first == sorted(first, reverse=True)
    decay = np.exp(-2.0 / 1.47)
    steady = (1 - decay) / (1 - decay * 0.5)
    assert first[0] / first[3] == pytest.approx(1 / steady, rel=1e-3)


def test_residual_water_dies_out_at_first():
    session = ready(
        steady_state=SteadyState(90.0, 3.0, 2.0),
        residual_water=ResidualWater(2.0, 0.0, 0.0),
    )
    water = session.conditions.water[session.schedule.metabolite]
    assert water[0] == pytest.approx(6.0)
    assert water[-1] == pytest.approx(2.0, rel=0.01)


def test_amplitude_wanders_like_one_over_f():
    session = long_session(wander=Wander(2.0))
    course = session.conditions.amplitude - 1
    assert course.std() == pytest.approx(0.02, rel=0.4)
    power = np.abs(np.fft.rfft(course)) ** 2
    frequency = np.fft.rfftfreq(len(course), 2.0)
    inside = (frequency > 3e-4) & (frequency < 3e-2)
    slope = np.polyfit(np.log(frequency[inside]), np.log(power[inside]), 1)[0]
    assert -1.7 < slope < -0.5


def test_coils_are_equal_when_their_spread_is_off():
    even = ready(plain(coils=6)).receivers[0]
    np.testing.assert_allclose(np.abs(even.sensitivity), np.abs(even.sensitivity[0]))
    np.testing.assert_allclose(even.covariance, np.diag(np.diag(even.covariance)))
    uneven = ready(plain(coils=6), coils=CoilArray(0.5, 0.3, 0.4)).receivers[0]
    assert np.ptp(np.abs(uneven.sensitivity)) > 0.1
    assert np.abs(uneven.covariance[0, 1]) > 0


def test_relaxation_weighs_and_widens():
    relaxed = plain(points=4096)
    bare = replace(relaxed, relaxation=False)
    weighted, whole = (
        np.abs(clean_fid(s, 5, naa_singlet(s))[0]) for s in (relaxed, bare)
    )
    expected = (1 - np.exp(-2 / 1.47)) * np.exp(-0.03 / 0.258)
    assert weighted / whole == pytest.approx(expected)
    assert fwhm_hz(bare, clean_fid(bare, 5, naa_singlet(bare))) == pytest.approx(
        7.5, abs=0.1
    )


def test_gain_of_a_series():
    loud = ready(replace(plain(), series=(series(gain=2.0),)))
    np.testing.assert_array_equal(transient(loud, 5).fid, 2 * transient(ready(), 5).fid)


def test_protein_near_nitrogen_relaxes_faster_than_the_rest():
    t2_s = next(iter(T1_S))
    assert protein_t1_s(8.2, t2_s) == NEAR_NITROGEN_T1_S
    assert protein_t1_s(0.9, t2_s) == T1_S[t2_s] != NEAR_NITROGEN_T1_S
