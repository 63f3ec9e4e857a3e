"""Measured macromolecules as entries: on whose scale, and how sure they are."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.basis.mm_relaxation import T1_PPM, T1_S
from monitor.analysis.fit import mm_posterior
from monitor.analysis.fit.mm_entry import (
    doubts,
    gain_of,
    metabolites_left,
    weighting_said,
    with_entry,
)
from monitor.analysis.fit.mm_limits import FAR_PERCENT, FAR_SD, NOISY_PERCENT, is_far
from monitor.analysis.fit.mm_measured import MeasuredMM
from monitor.analysis.fit.mm_posterior import (
    PLACE_PPM,
    T1_PART,
    T2_LINE_HZ,
    WEIGHT_PART,
    _weightings,
    measured_shapes,
)
from monitor.analysis.signal.spectrum import ppm_axis
from streams.messages.transient import Acquisition

MHZ, DWELL_S, POINTS = 123.25, 5e-4, 1024
TI_S, TR_S, USUAL_TR_S = 0.67, 2.0, 3.0
NULLED = Acquisition(MHZ, "1H", DWELL_S, POINTS, 1, 0.03, TR_S, inversion_time_s=TI_S)
NONE = np.zeros(0)
T = DWELL_S * np.arange(POINTS)


def found(**others: object) -> MeasuredMM:
    """The prior's mean alone, without any doubt."""
    made = MeasuredMM(
        1.0, np.array([1.3]), np.array([0.2]), 0.1, (), NONE, NONE, NONE, NONE, NONE,
        3.0, 0.5, 2.0, np.zeros((1, POINTS), complex),
    )  # fmt: skip
    return replace(made, **others)


def basis(*names: str) -> BasisSet:
    fids = np.array([5.0 * np.exp(-(3.0 + k) * T) for k in range(len(names))], complex)
    return BasisSet(names, fids, DWELL_S, MHZ, "1H", 0.03, "PRESS")


def test_of_the_metabolites_those_that_are_there_are_looked_for() -> None:
    left = metabolites_left(basis("Cr", "NAA", "Tau", "Glu"), NULLED)
    assert set(left) >= {"Tau"}
    assert "Glc" not in left
    assert all(fid.shape == (POINTS,) for fid in left.values())
    # Creatine's five protons begin at 5, so that one proton is 1, on whatever scale.
    assert abs(left["Tau"][0]) == pytest.approx(5.0, rel=0.02)
    larger = replace(basis("Cr", "Tau"), fids=9.0 * basis("Cr", "Tau").fids)
    assert abs(metabolites_left(larger, NULLED)["Tau"][0]) == pytest.approx(5, rel=0.02)
    assert metabolites_left(basis("XX"), NULLED) == {}


def gain_at(ppm: float, usual_tr_s: float | None) -> float:
    gain = gain_of(NULLED, usual_tr_s)
    assert gain is not None
    return float(gain(np.array([ppm]))[0])


@pytest.mark.parametrize("group", [0, 3, 7])
def test_what_the_inversion_took_is_given_back(group: int) -> None:
    t1_s, ppm = T1_S[group], T1_PPM[group]
    left = 1 - 2 * np.exp(-TI_S / t1_s) + np.exp(-TR_S / t1_s)
    usual = 1 - np.exp(-USUAL_TR_S / t1_s)
    assert gain_at(ppm, USUAL_TR_S) == pytest.approx(usual / left)
    here = 1 - np.exp(-TR_S / t1_s)
    assert gain_at(ppm, None) == pytest.approx(here / left)


@pytest.mark.parametrize("unknown", ["inversion_time_s", "repetition_time_s"])
def test_without_ti_or_tr_nothing_is_known_of_it(unknown: str) -> None:
    less = replace(NULLED, **{unknown: None})
    assert gain_of(less, USUAL_TR_S) is None
    assert weighting_said(less).startswith("It is not corrected")
    assert "TI 670 ms" in weighting_said(NULLED)


def test_an_entry_takes_the_place_of_other_macromolecules() -> None:
    before = basis("Cr", "NAA", "MM09", "MM20")
    made = with_entry(before, found(), "by hand", None)
    assert made.names == ("Cr", "NAA", "MM")
    assert made.provenance["macromolecules"] == "by hand"
    # In the units of the basis set, in which a proton has the size 1.
    entry = found().fid(MHZ, DWELL_S, POINTS)
    np.testing.assert_allclose(made.fid("MM"), entry, rtol=0.02, atol=0.05)
    doubled = with_entry(
        before, found(), "by hand", lambda ppm: np.where(ppm < 1, 2, 1)
    )
    assert not np.allclose(doubled.fid("MM"), made.fid("MM"))


@pytest.mark.parametrize(
    ("rms", "beyond", "far"),
    [
        (FAR_SD, FAR_PERCENT, False),
        (FAR_SD + 0.1, 0.0, True),
        (0.0, FAR_PERCENT + 0.1, True),
    ],
)
def test_far_is_either_of_both(rms: float, beyond: float, far: bool) -> None:
    assert is_far(rms, beyond) is far
    said = list(doubts(found(prior_rms=rms, beyond_percent=beyond), "The file"))
    assert (len(said) == 1) is far


def test_noise_is_a_doubt_of_its_own() -> None:
    assert list(doubts(found(noise_percent=NOISY_PERCENT), "It")) == []
    (said,) = doubts(found(noise_percent=NOISY_PERCENT + 1), "It")
    assert "measure longer" in said


def shapes(monkeypatch, line_hz: float, measured: MeasuredMM | None = None):
    """Mean and the rows of one SD before they are made independent."""
    rows = []
    monkeypatch.setattr(
        mm_posterior,
        "principal",
        lambda some, mean, inside: rows.append((some, inside)) or some[:1],
    )
    measured = measured or found()
    made = measured_shapes(measured, NULLED, np.ones_like, USUAL_TR_S, line_hz)
    return made.fids[0], *rows[0]


def test_the_sessions_line_is_not_fitted_twice(monkeypatch) -> None:
    plain, _, _ = shapes(monkeypatch, T2_LINE_HZ)
    narrow, _, _ = shapes(monkeypatch, T2_LINE_HZ + 4.0)
    np.testing.assert_allclose(narrow, plain * np.exp(np.pi * 4.0 * T), rtol=1e-9)
    still, _, _ = shapes(monkeypatch, 0.0)
    np.testing.assert_allclose(still, plain, rtol=1e-9)


def test_directions_are_looked_at_where_the_fit_is(monkeypatch) -> None:
    _, _, inside = shapes(monkeypatch, 4.0)
    ppm = ppm_axis(POINTS, DWELL_S, MHZ)
    assert ppm[inside].min() == pytest.approx(0.2, abs=0.02)
    assert ppm[inside].max() == pytest.approx(4.2, abs=0.02)
    assert inside.sum() == ((ppm >= 0.2) & (ppm <= 4.2)).sum()


def test_a_place_is_off_by_one_sd_along_the_slope(monkeypatch) -> None:
    mean, rows, _ = shapes(monkeypatch, T2_LINE_HZ)
    place, phase, width = rows[-3:]
    step = 1e-3
    moved = mean * np.exp(-2j * np.pi * step * PLACE_PPM * MHZ * T)
    slope = np.abs((moved - mean) / step)
    np.testing.assert_allclose(np.abs(place), slope, rtol=1e-2, atol=1e-3)
    np.testing.assert_allclose(np.abs(phase), mm_posterior.PHASE_RAD * np.abs(mean))
    assert not width.any()  # a line of T2 alone has no width of the shim


def changes(acquisition: Acquisition, usual_tr_s: float | None) -> list[float]:
    """How far each group is off at its own place."""
    gains = list(_weightings(acquisition, np.ones_like, usual_tr_s))
    assert len(gains) == len(T1_PPM)
    for k, gain in enumerate(gains):
        away = [p for n, p in enumerate(T1_PPM) if n != k]
        assert not gain(np.array(away)).any()
    return [float(g(np.array([p]))[0]) for g, p in zip(gains, T1_PPM, strict=True)]


def test_each_group_is_as_unsure_as_its_t1() -> None:
    def gain(t1_s: float, usual_tr_s: float) -> float:
        left = 1 - 2 * np.exp(-TI_S / t1_s) + np.exp(-TR_S / t1_s)
        return (1 - np.exp(-usual_tr_s / t1_s)) / left

    for usual_tr_s, tr_s in ((USUAL_TR_S, USUAL_TR_S), (None, TR_S)):
        expected = [gain((1 + T1_PART) * t, tr_s) / gain(t, tr_s) - 1 for t in T1_S]
        np.testing.assert_allclose(changes(NULLED, usual_tr_s), expected)


@pytest.mark.parametrize("unknown", ["inversion_time_s", "repetition_time_s"])
def test_where_nothing_is_known_of_the_inversion_a_part_stands_for_it(unknown) -> None:
    less = replace(NULLED, **{unknown: None})
    assert changes(less, None) == pytest.approx([WEIGHT_PART] * len(T1_PPM))


def test_a_clean_measurement_knows_more_than_none(monkeypatch) -> None:
    doubt = 0.5 * found().as_found(MHZ, DWELL_S, POINTS, np.ones_like)[None]
    _, rows, _ = shapes(monkeypatch, 4.0, found(doubt=doubt))
    mean, clean, _ = shapes(monkeypatch, 4.0)
    assert not clean[0].any()
    np.testing.assert_allclose(rows[0], 0.5 * mean, rtol=1e-6)
