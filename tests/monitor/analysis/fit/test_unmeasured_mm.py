"""Macromolecules that nobody measured: the prior, the fit with it, what it leaves."""

from dataclasses import replace

import numpy as np
import pytest
from fit_cases import CONCENTRATIONS, DWELL_S, MHZ, NAMES, POINTS, line, make_model

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.basis.macromolecules import components
from monitor.analysis.basis.mm_resonances import AREAS, GROUPS, mean_and_covariance
from monitor.analysis.course.level_doubt import doubt_shares
from monitor.analysis.course.outcomes import outcomes_of
from monitor.analysis.fit import unmeasured_mm
from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.freedom import FREE, Freedom, usual
from monitor.analysis.fit.make_epoch_model import make_session_model
from monitor.analysis.fit.mm_prior import unmeasured
from monitor.analysis.fit.model import Model
from monitor.analysis.fit.model_choice import Rule
from monitor.analysis.fit.model_for import model_for, with_prior
from monitor.analysis.fit.unmeasured_mm import fit_mean
from monitor.analysis.note import NoteKind
from monitor.analysis.tracking.tracker import shared_doubt, tracked_changes
from monitor.protocol.settings import Settings
from streams.messages.transient import Acquisition

OUTCOMES = ("Glu/tCr", "Glx/tNAA", "tNAA/tCr")
SD = 0.4


@pytest.fixture(scope="module")
def model() -> Model:
    whole = make_model()
    bare = replace(
        whole, names=NAMES, fids=whole.fids[: len(NAMES)],
        macromolecule=np.zeros(len(NAMES), bool),
    )  # fmt: skip
    return with_prior(bare, 1.0)


def spectrum(model: Model, seed: int, level: float = 12.0, **changes: float):
    """Band spectrum over a draw of the prior, and its true concentrations."""
    rng = np.random.default_rng(seed)
    c = CONCENTRATIONS[: len(NAMES)].copy()
    for name, factor in changes.items():
        c[NAMES.index(name)] *= factor
    mm = model.fids[-1] + rng.normal(size=len(model.unmeasured)) @ model.unmeasured
    fid = (c @ model.fids[:-1] + level * mm) * line(model)
    noise = rng.normal(size=(2, POINTS)) * SD
    return fid + noise[0] + 1j * noise[1], c


def session(model: Model, fid, other: SessionModel | None = None) -> SessionModel:
    none = np.zeros((0, POINTS))
    sd = SD * np.sqrt(POINTS)
    return make_session_model(model, fid, sd, 1.0, none, 1.0, FREE, other)


def test_a_draw_of_the_prior_is_within_its_intervals(model):
    o = outcomes_of(NAMES).subset(OUTCOMES)
    wide = outcomes_of(model.names).subset(OUTCOMES)
    far = []
    for seed in range(8):
        fid, c = spectrum(model, seed)
        found = fit_mean(model, model.in_band(fid), SD * np.sqrt(POINTS), FREE)
        assert found.fit.converged
        sds = wide.sds(found.fit.amplitudes, found.fit.covariance)
        far.append((wide.values(found.fit.amplitudes) - o.values(c)) / sds)
    # 24 numbers; chance takes one in a million of such sets beyond either limit.
    assert np.mean(np.abs(far) < 1.96) > 0.75
    assert np.abs(far).max() < 5


def test_stiffnesses_that_a_spectrum_cannot_tell_apart_are_averaged(model):
    fid, _ = spectrum(model, 3)
    noise = np.random.default_rng(3).normal(size=(2, POINTS)) * 6 * SD
    y = model.in_band(fid + noise[0] + 1j * noise[1])
    sd = np.hypot(6, 1) * SD * np.sqrt(POINTS)
    o = outcomes_of(model.names).subset(OUTCOMES)

    def told(freedom: Freedom) -> tuple[np.ndarray, np.ndarray]:
        fit = fit_mean(model, y, sd, freedom).fit
        return o.values(fit.amplitudes), o.sds(fit.amplitudes, fit.covariance)

    every = [told(replace(FREE, rule=Rule(stiffness=lam))) for lam in Rule().grid]
    values, sds = (np.array(part) for part in zip(*every, strict=True))
    value, stated = told(FREE)
    rounding = 0.05 * sds.min(axis=0)
    assert np.all(value > values.min(axis=0) - rounding)
    assert np.all(value < values.max(axis=0) + rounding)
    # No single one of them, and no surer than they are.
    assert np.abs(values - value).max(axis=1).min() > 1e-3
    assert np.all(stated > 0.99 * sds.min(axis=0))


def test_what_is_in_doubt_widens_levels_and_is_told(model):
    fid, _ = spectrum(model, 1)
    made = session(model, fid)
    names = outcomes_of(model.names).subset(OUTCOMES)
    shares = doubt_shares(made, names)
    assert all(0.2 < shares[name] < 1 for name in OUTCOMES)
    known = replace(model, unmeasured=None)
    assert not session(known, fid).doubt.any()
    assert set(doubt_shares(session(known, fid), names).values()) == {0.0}


def test_an_epoch_takes_over_the_macromolecules_of_another(model):
    first = session(model, spectrum(model, 2)[0])
    second = session(model, 3.0 * spectrum(model, 2)[0], first)
    mine, theirs = second.problem.model.fids[-1], first.problem.model.fids[-1]
    assert np.allclose(mine, theirs, rtol=1e-9)
    o = outcomes_of(model.names).subset(OUTCOMES)
    sds = [o.sds(s.fit.amplitudes, s.doubt) for s in (first, second)]
    assert np.allclose(sds[0], sds[1], rtol=0.05)


def test_an_epoch_takes_over_what_the_brain_has_of_another(model):
    known, fid = replace(model, unmeasured=None), spectrum(model, 2)[0]
    first = session(known, fid)
    second = session(known, 3.0 * fid, first)
    layout = first.problem.model.layout
    shifts = range(layout.shifts.start, layout.shifts.stop)
    brain = [*range(layout.t2.start, layout.t2.stop), *shifts]
    assert first.fit.theta[layout.rates].all()
    assert np.array_equal(first.fit.theta[brain], second.fit.theta[brain])
    assert second.subspace.problem.stiffness == first.subspace.problem.stiffness
    apart = np.linalg.norm(second.baseline - 3.0 * first.baseline)
    alone = np.linalg.norm(session(known, fid).baseline)
    assert apart < 0.3 * 3.0 * alone


def test_another_grid_finds_its_own(model):
    first = session(model, spectrum(model, 2)[0])
    held = first.problem.model
    moved = replace(held, frequency_mhz=297.2, fids=2 * held.fids)
    first = replace(first, problem=replace(first.problem, model=moved))
    second = session(model, spectrum(model, 2)[0], first)
    assert np.allclose(second.problem.model.fids[-1], held.fids[-1])


@pytest.mark.parametrize("spoilt", [np.nan, np.inf])
def test_a_spectrum_that_is_not_finite_has_no_fit(model, spoilt):
    y = model.in_band(spectrum(model, 1)[0])
    y[3] = spoilt
    found = fit_mean(model, y, 1.0, FREE)
    assert not found.fit.converged
    assert found.fit.names == model.names


def test_the_same_error_now_and_before_is_not_in_a_change_of_nothing():
    names = ("Glu", "Gln", "NAA", "Cr")
    amplitudes = np.array([9.5, 2.6, 10.0, 8.5])
    sums = np.array([9.5, 12.1, 10.0, 8.5, 1.0])
    doubt = shared_doubt(np.diag((0.1 * amplitudes) ** 2), names)
    same = np.concatenate([sums, sums])
    assert np.allclose(tracked_changes(same, doubt)[1], 0)
    risen = np.concatenate([sums * [1.2, 1.2, 1, 1, 1], sums])
    # A tenth of what glutamate is: a change of 20 % is known to 2 %.
    assert tracked_changes(risen, doubt)[1][0] == pytest.approx(2.0, rel=0.01)
    assert shared_doubt(np.zeros((4, 4)), names) == 0.0


# -- the prior ---------------------------------------------------------------------


def test_few_directions_hold_nearly_all_that_is_in_doubt():
    prior = unmeasured(MHZ, DWELL_S, POINTS)
    assert len(prior.directions) < 30
    areas, covariance = mean_and_covariance()
    # The first point of a FID is its area: its variance is that of the sum of areas,
    # and the pedestal is where directions below the limit may be left out.
    assert prior.mean[0].real == pytest.approx(areas.sum())
    told = np.sum(prior.directions[:, 0].real ** 2)
    assert told == pytest.approx(covariance.sum(), rel=0.02)


def test_the_group_at_0_92_ppm_is_a_proton_and_as_wide_as_was_measured():
    prior = unmeasured(123.25, 2e-4, 4096)
    t = np.arange(4096) * 2e-4
    lone = prior.mean * np.exp(2j * np.pi * (0.90 - 4.65) * 123.25 * t)
    spectrum = np.fft.fftshift(np.fft.ifft(lone)).real
    middle = spectrum.size // 2
    # 25 Hz of its own, a little more upon its neighbours.
    half = np.flatnonzero(spectrum < 0.5 * spectrum[middle])
    left, right = half[half < middle].max(), half[half > middle].min()
    assert (right - left) / (4096 * 2e-4) == pytest.approx(26.5, abs=3.0)


def test_a_measured_spectrum_can_be_unknown():
    name = next(iter(AREAS))
    assert not np.allclose(
        mean_and_covariance()[0], mean_and_covariance(frozenset({name}))[0]
    )
    assert all(len(row) == len(GROUPS) + 8 and row[0] == 1 for row in AREAS.values())


# -- which macromolecules a session has ---------------------------------------------


def acquired(echo_time_s: float) -> Acquisition:
    return Acquisition(
        spectrometer_frequency_mhz=MHZ, nucleus="1H", dwell_time_s=DWELL_S,
        points=POINTS, coils=1, echo_time_s=echo_time_s, repetition_time_s=2.0,
        sequence="PRESS",
    )  # fmt: skip


def basis(with_lines: bool) -> BasisSet:
    whole = make_model()
    made = BasisSet(NAMES, whole.fids[: len(NAMES)], DWELL_S, MHZ, "1H")
    if not with_lines:
        return made
    return made.extended(*components("five", MHZ, DWELL_S, POINTS))


def test_unmeasured_macromolecules_have_the_prior_at_short_echo_times():
    short, notes = model_for(basis(False), acquired(0.03), Settings())
    assert short.names[-1] == "MM"
    assert short.unmeasured is not None
    assert short.stand_in
    assert usual(short, 0.03) == FREE
    assert [note.kind for note in notes][-1] == NoteKind.UNMEASURED
    assert model_for(basis(False), acquired(0.06), Settings())[0].unmeasured is None


def test_lines_of_the_basis_set_and_none_give_the_same_answer_under_the_prior():
    asked = Settings(macromolecules="prior")
    made = [
        model_for(basis(lines), acquired(0.03), asked)[0] for lines in (True, False)
    ]
    assert made[0].names == made[1].names
    assert np.array_equal(made[0].fids, made[1].fids)
    assert np.array_equal(made[0].unmeasured, made[1].unmeasured)


def test_macromolecules_of_the_basis_set_are_taken_as_they_stand_unless_asked():
    own, _ = model_for(basis(True), acquired(0.03), Settings())
    assert own.unmeasured is None
    assert not own.stand_in
    assert "MM20" in own.names


def test_what_not_knowing_t2_does_is_no_doubt_of_macromolecules(model, monkeypatch):
    fid, sd = spectrum(model, 4)[0], SD * np.sqrt(POINTS)
    whole = fit_mean(model, model.in_band(fid), sd, FREE)
    monkeypatch.setattr(unmeasured_mm, "with_t2_doubt", lambda fit, *_: fit)
    without = fit_mean(model, model.in_band(fid), sd, FREE)
    np.testing.assert_array_equal(whole.doubt, without.doubt)
    more = whole.fit.covariance - without.fit.covariance
    assert np.linalg.eigvalsh(more).min() > -1e-9 * np.trace(more)
    glu = model.names.index("Glu")
    assert more[glu, glu] > 0
