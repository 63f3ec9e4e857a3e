"""Simulated crossovers: coverage of the injected effect, share of false effects.

At the level of the estimates: 26 subjects, two visits, ten windows each, with an effect
of -4 % and with none; 200 trials (slow) or a twentieth of them, seed 2026.  The table
of the long run is qc_trials.md.  One small trial goes from transients to the page.

    pytest -m slow tests/acceptance/test_qc_trials.py
"""

import json
import tomllib
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom
from simulated_trial import Crossover, draw

from monitor.protocol.choose import Wishes
from monitor.study.participants import read_participants
from monitor.study.run import StudyPlan, judge_all, write_study
from monitor.study.sessions import find_sessions
from monitor.study.trial import bin_session, fit_trial
from streams.messages import wire
from streams.messages.transient import number
from streams.recording.journal import Journal
from streams.simulator.metabolites import metabolite_fids
from streams.simulator.scanner import prepare, scan_session
from streams.simulator.scenario_file import scenario_from

pytest.importorskip("statsmodels", reason="the extra qc is not installed")

SEED = 2026
TRIALS = [
    pytest.param(10, id="a-twentieth"),
    pytest.param(200, id="200", marks=pytest.mark.slow),
]
TABLE = Path(__file__).parent / "qc_trials.md"
RECIPE = Path(__file__).parents[2] / "recordings" / "infusion-short.toml"


@pytest.mark.timeout(600)
@pytest.mark.parametrize("trials", TRIALS)
@pytest.mark.parametrize("effect", [-4.0, 0.0])
def test_intervals_cover_as_often_as_they_say(trials: int, effect: float) -> None:
    random = np.random.default_rng([SEED, int(-effect)])
    covered = by_time = away = 0
    for _ in range(trials):
        drawn = draw(Crossover(effect=effect), random)
        sessions = [b for visit, rows in drawn if (b := bin_session(visit, rows))]
        found = fit_trial(sessions, "drug")
        covered += found.condition.low <= effect <= found.condition.high
        slope = found.condition_by_time
        by_time += slope.low <= 0 <= slope.high
        away += not found.condition.low <= 0 <= found.condition.high
    low, high = binom.interval(0.999, trials, 0.95)
    assert low <= covered <= high
    assert low <= by_time <= high
    if effect == 0:
        assert away == trials - covered
    else:
        assert away >= 0.8 * trials
    if trials == 200:
        _note(effect, trials, covered, by_time, away)


def _note(effect: float, n: int, covered: int, by_time: int, away: int) -> None:
    """Put the row of the long run into the table."""
    row = (
        f"| {effect:g} % | {n} | {100 * covered / n:.1f} % | "
        f"{100 * by_time / n:.1f} % | {100 * away / n:.1f} % |"
    )
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(f"| {effect:g} % ")]
    TABLE.write_text("\n".join([*kept, row]) + "\n", encoding="utf-8")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_trial_from_transients_to_the_page(tmp_path: Path) -> None:
    """Eight subjects on drug (Glu +5 %) and placebo (Glu +20 %), crossed over."""
    table = tomllib.loads(RECIPE.read_text(encoding="utf-8"))
    study, fids = tmp_path / "study", None
    study.mkdir()
    rows = ["subject\tvisit\tcondition\tsex\tmadrs_before\tmadrs_after"]
    for subject in range(8):
        for visit in (1, 2):
            drug = (subject + visit) % 2 == 0
            rise = 5.0 if drug else 20.0
            table["courses"]["Glu"]["change_percent"] = rise
            table["seed"] = SEED + 10 * subject + visit
            scenario = scenario_from(table, "short")
            fids = metabolite_fids(scenario) if fids is None else fids
            path = study / f"sub-{subject:02d}_ses-{visit}.mcap"
            with Journal.create(path) as journal:
                for message in number(scan_session(prepare(scenario, fids))):
                    journal.append(wire.encode(message))
            condition, sex = "drug" if drug else "placebo", "fm"[subject // 2 % 2]
            score = 30 - rise / 2
            rows.append(f"{subject:02d}\t{visit}\t{condition}\t{sex}\t30\t{score}")
    people = tmp_path / "participants.tsv"
    people.write_text("\n".join(rows) + "\n")
    wishes = Wishes(changes={"window": 12, "step": 4})
    plan = StudyPlan(wishes, tmp_path / "out", False, 2, "", read_participants(people))
    judged = judge_all(find_sessions([study]), plan, lambda row: None)
    group = write_study(judged, plan)
    assert group["judged"] == 16
    effects = {(e["outcome"], e["part"], e["name"]): e
               for e in group["trial"]["effects"]}  # fmt: skip
    found = effects["Glu/tCr", "all", "condition"]
    truth = -15 * (1 - 30 / 120 * (1 - np.exp(-4)))  # mean of 1 - exp(-t / 30 s)
    assert found["low"] < truth < found["high"]
    assert found["high"] < 0
    slopes = {c["outcome"]: c for c in group["trial"]["clinical"]}
    assert slopes["Glu/tCr"]["high"] < 0
    page = (plan.out / "group.html").read_text(encoding="utf-8")
    kept = json.loads((plan.out / "group.json").read_text(encoding="utf-8"))
    for effect in kept["trial"]["effects"]:
        assert f'data-value="{effect["value"]!r}"' in page
