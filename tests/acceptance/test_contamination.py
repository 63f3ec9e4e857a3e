"""Contaminated sessions: a slice always; tables of a whole run: contamination.md."""

from dataclasses import replace
from itertools import islice

import numpy as np
import pytest
from change_sessions import basis_of, fids_of, scenario_of
from coming_back import back
from contamination import GLU, HEADLINE, disagrees, run, said, without
from contamination import contaminated as contaminated_session
from lipid_that_stays import known

from monitor.analysis.pipeline import Pipeline
from monitor.analysis.tracking.difference import Way
from monitor.analysis.update import Update
from monitor.protocol.read_protocol import read_protocol
from streams.messages.transient import End, Message, number
from streams.simulator.passing_artefacts import Contamination, Stretch
from streams.simulator.scanner import scan

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def pair():
    """A session with lipid in its reference period, and the same without."""
    return said(0), said(0, clean=True)


def test_a_stretch_is_left_out_and_moves_the_change_by_less_than_a_percent(pair):
    judged, clean = pair
    assert judged.kind == "lipid"
    assert judged.found > 0.9
    assert judged.lost < 0.02
    assert abs((judged.bias - clean.bias)[HEADLINE]) < 1.0


def test_a_clean_session_keeps_its_transients_and_agrees(pair):
    _, clean = pair
    assert clean.mistaken <= 0.01
    assert not clean.disagrees


@pytest.mark.parametrize("seed", [0, 10])
def test_what_is_left_out_moves_the_rest_by_no_more_than_its_loss(seed):
    """Lipid takes a quarter and a half of the reference period."""
    moved = said(seed).bias - without(seed).bias
    assert np.abs(moved[[HEADLINE, GLU]]).max() < 0.15


def test_lipid_that_stays_is_known_at_once_and_is_not_taken_for_naa():
    """Its own line at 2.03 ppm takes all of NAA away."""
    found = known(0, over_naa=12.0, turned_deg=180.0)
    assert found.after <= 8
    assert found.causes == {"lipid"}
    assert found.counting == 0
    assert abs(found.error_sd) < 3


def test_what_is_not_left_out_lets_the_baseline_bend():
    scenario, kind, where = contaminated_session(5)
    assert (kind, where) == ("lipid", "infusion")
    pipeline, last = run(scenario, reject=False)
    assert pipeline.course.bending
    assert {d.way for d in last.agreement.differences} == set(Way)
    assert not disagrees(last)


def begun_under_water(live: bool) -> tuple[Pipeline, list[Update]]:
    """330 transients of a session whose water suppression failed at first."""
    lost = Contamination((Stretch(0.0, 200.0, water_times=300.0),))
    scenario = replace(scenario_of("mixed", 400), contamination=lost)
    messages = list(islice(number(scan(scenario, fids_of("mixed"))), 330))
    settings = read_protocol("press_3t_te30").with_changes(
        window=32, step=32, basis="site"
    )
    pipeline = Pipeline(settings, basis_of("mixed"))
    pipeline.live = live
    end = Message("", len(messages), 0, End(330, "over"))
    return pipeline, [pipeline.push(message) for message in (*messages, end)]


def test_a_template_made_under_water_is_made_again():
    pipeline, updates = begun_under_water(live=False)
    course = pipeline.course
    told = [u for u in updates if u.qualities is not None and u.quality is not None]
    assert len(told[-1].qualities) == told[-1].quality.index + 1
    good = [q for q in course.qualities if q.time_s > 210.0]
    plain = scenario_of("mixed", 400)
    assert np.median([q.snr for q in good]) > 0.9 * plain.acquisition.snr
    assert np.std([q.shift_hz for q in good]) < 1.0
    assert np.mean([q.counts for q in good]) > 0.95


@pytest.mark.slow
def test_it_is_made_again_live_as_offline():
    live, offline = (begun_under_water(live)[0].course for live in (True, False))
    assert repr(live.qualities) == repr(offline.qualities)
    assert np.array_equal(live.fids, offline.fids)


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_twenty_sessions():
    judged = [said(seed) for seed in range(20)]
    clean = [said(seed, clean=True) for seed in range(20)]
    moved = np.array([a.bias - b.bias for a, b in zip(judged, clean, strict=True)])
    assert abs(moved[:, HEADLINE].mean()) < 0.5
    assert np.mean([s.covered[HEADLINE] for s in judged]) > 0.88
    assert max(s.mistaken for s in clean) <= 0.01
    assert sum(s.disagrees for s in clean) <= 1


@pytest.mark.parametrize(("kind", "bad"), [("lipid 1.5", 150), ("lipid 0.5", 250)])
def test_good_transients_behind_a_long_bad_stretch_count_soon(kind, bad):
    found = back(kind, bad, 3)
    assert found.most <= 60
    assert found.bad > 0.95
