"""Sessions in pieces: pauses, another shim and gain, a voxel that has moved."""

from dataclasses import replace

import numpy as np
import pytest
from scanner_small import clean_fid, fwhm_hz, naa_singlet, plain, series

from streams.errors import InputError
from streams.messages.transient import Start
from streams.simulator.field_artefacts import Drift
from streams.simulator.plan import MovedVoxel
from streams.simulator.receiver_artefacts import CoilArray
from streams.simulator.scanner import metabolite_fid, prepare, scan_session
from streams.simulator.scenario_file import read_scenario
from streams.simulator.truth import truth_rows, truth_summary


def in_two(**second):
    scenario = plain(coils=4, points=2048)
    pieces = (series(), series(pause_s=90.0, shift_hz=None, **second))
    return replace(scenario, series=pieces, coils=CoilArray(0.3, 0.2, 0.2))


def first_of_second(session):
    return int(np.argmax((session.schedule.series == 1) & session.schedule.metabolite))


def test_the_field_drifts_on_through_a_pause():
    drifting = replace(in_two(), drift=Drift(linear_hz_per_min=3.0))
    session = prepare(drifting, naa_singlet(drifting))
    expected = 3.0 * session.schedule.time_s / 60
    assert np.allclose(session.conditions.shift_hz, expected)


def test_a_series_with_a_place_of_its_own_begins_there():
    drifting = replace(in_two(), drift=Drift(linear_hz_per_min=3.0))
    pieces = (drifting.series[0], replace(drifting.series[1], shift_hz=-1.0))
    session = prepare(replace(drifting, series=pieces), naa_singlet(drifting))
    begun = int(np.argmax(session.schedule.series == 1))
    assert session.conditions.shift_hz[begun] == pytest.approx(-1.0)


def test_a_new_shim_has_another_width_and_shape():
    fids = naa_singlet(in_two())
    for asymmetry in (0.0, 0.8):
        shimmed = in_two(fwhm_hz=8.5, asymmetry=asymmetry)
        count = first_of_second(prepare(shimmed, fids))
        fid = clean_fid(shimmed, count, fids)
        assert fwhm_hz(shimmed, fid) == pytest.approx(8.5, abs=0.1)
    alike = clean_fid(in_two(fwhm_hz=8.5, asymmetry=0.0), count, fids)
    assert np.abs(alike - fid).max() > 0.01 * np.abs(fid).max()


def test_a_moved_voxel_has_other_levels_and_coils_and_says_so():
    moved = in_two(moved=MovedVoxel({"NAA": 1.1}, 0.2))
    session = prepare(moved, naa_singlet(moved))
    count = first_of_second(session)
    ratio = metabolite_fid(session, count)[0] / metabolite_fid(session, 5)[0]
    assert ratio.real == pytest.approx(1.1)
    one, other = (array.sensitivity for array in session.receivers)
    assert np.abs(other / one - 1).max() > 0.05
    rows = list(truth_rows(session))
    assert (rows[5]["NAA_mult"], rows[count]["NAA_mult"]) == (1.0, 1.1)
    assert truth_summary(session)["voxel_moved"] == [False, True]


def test_levels_of_strangers_and_a_first_series_that_moved_are_refused():
    with pytest.raises(InputError, match="Xy need concentrations"):
        in_two(moved=MovedVoxel({"Xy": 1.1}))
    with pytest.raises(InputError, match="first series"):
        replace(in_two(), series=(series(moved=MovedVoxel()),))
    with pytest.raises(InputError, match="above 0"):
        MovedVoxel({"NAA": 0.0})


def test_the_bundled_blocks_are_five_series_with_pauses():
    scenario = read_scenario("blocks")
    gaps_s = np.diff(prepare(scenario, None).schedule.series_starts_s())
    assert (gaps_s > 700).all()
    small = replace(scenario, series=tuple(replace(s, transients=1, water_frames=0)
                                           for s in scenario.series))  # fmt: skip
    bodies = list(scan_session(prepare(small)))
    assert sum(isinstance(body, Start) for body in bodies) == 5
