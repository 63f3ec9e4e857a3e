"""Trials whose truth is known; the slow proof is in tests/acceptance."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from simulated_trial import Crossover, draw

from monitor.study.between_visits import paired_power, power_table, repeatability
from monitor.study.clinical import clinical_slope
from monitor.study.group import outliers, summary
from monitor.study.participants import Visit, active_condition, read_participants
from monitor.study.trial import bin_session, fit_trial
from monitor.study.trial_report import trial_report
from streams.errors import InputError

pytest.importorskip("statsmodels", reason="the extra qc is not installed")


def fitted(trial: Crossover, seed: int = 5):  # type: ignore[no-untyped-def]
    drawn = draw(trial, np.random.default_rng(seed))
    sessions = [b for visit, rows in drawn if (b := bin_session(visit, rows))]
    return fit_trial(sessions, "drug")


def test_without_noise_the_effect_is_exact() -> None:
    quiet = Crossover(
        effect=-4, slope=3, subject_sd=3, session_sd=1e-3, window_sd=0.01,
        reference_sd=0.001,
    )  # fmt: skip
    found = fitted(quiet)
    assert found.condition.value == pytest.approx(-4, abs=0.01)
    assert found.condition_by_time.value == pytest.approx(3, abs=0.05)


def test_a_trial_states_its_own_error() -> None:
    found = [fitted(Crossover(), seed) for seed in range(8)]
    values = [f.condition.value for f in found]
    stated = float(np.mean([f.condition.sd for f in found]))
    assert np.std(values) == pytest.approx(stated, rel=0.6)
    assert found[0].condition.freedom == 24
    assert np.mean([f.scale for f in found]) == pytest.approx(1, abs=0.15)


def test_the_shared_reference_widens_the_interval() -> None:
    """The same draws, the windows said to share much or nothing."""
    drawn = draw(Crossover(session_sd=0.0, reference_sd=3.0), np.random.default_rng(2))
    visit, rows = drawn[0]
    own = [{**row, "reference_sd_percent": 0.0} for row in rows]
    shared, alone = bin_session(visit, rows), bin_session(visit, own)
    assert shared is not None
    assert alone is not None
    k = len(shared.percent)
    assert shared.covariance.sum() / k**2 > 3 * alone.covariance.sum() / k**2


def test_what_cannot_be_told_apart_is_said() -> None:
    drawn = draw(Crossover(subjects=6), np.random.default_rng(1))
    same = []
    for visit, rows in drawn:
        order = "1" if visit.condition == "drug" else "2"
        same.append(bin_session(replace(visit, visit=order), rows))
    with pytest.raises(InputError, match="cannot be told apart"):
        fit_trial([s for s in same if s], "drug")


def test_one_condition_is_no_trial() -> None:
    drawn = draw(Crossover(subjects=6), np.random.default_rng(1))
    sessions = [bin_session(v, r) for v, r in drawn if v.condition == "drug"]
    with pytest.raises(InputError, match="two conditions"):
        fit_trial([s for s in sessions if s], "drug")


def test_participants_by_both_spellings(tmp_path: Path) -> None:
    path = tmp_path / "participants.tsv"
    path.write_text(
        "participant_id\tsession_id\tcondition\tsex\tmadrs_before\tmadrs_after\tname\n"
        "sub-01\tses-1\tdrug\tf\t30\t18\tsecret\n"
        "sub-01\tses-2\tplacebo\tf\t29\tn/a\tsecret\n"
    )
    visits = read_participants(path)
    assert visits["01", "1"].score_change == -12
    assert visits["01", "2"].score_change is None
    assert active_condition(visits) == "drug"


BAD = [
    ("subject\tvisit\n1\t1\n", "condition is missing"),
    ("subject\tvisit\tcondition\n1\t1\ta\n1\t1\tb\n", "twice"),
    ("subject\tvisit\tcondition\tscore_before\n1\t1\ta\tmany\n", "no number"),
    ("subject\tvisit\tcondition\n", "no rows"),
]


@pytest.mark.parametrize(("text", "said"), BAD)
def test_a_bad_participants_file_is_one_sentence(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "participants.tsv"
    path.write_text(text)
    with pytest.raises(InputError, match=said):
        read_participants(path)


def rows_of(trial: Crossover, slope: float) -> list[dict[str, Any]]:
    """Rows of the table as judged sessions would give them."""
    found = []
    for visit, windows in draw(trial, np.random.default_rng(3)):
        rows = [{**w, "outcome": "Glx/tNAA"} for w in windows]
        mean = float(np.mean([w["change_percent"] for w in windows]))
        found.append(
            {"session": f"{visit.subject}-{visit.visit}", "subject": visit.subject,
             "visit": visit.visit, "windows": rows, "Glx/tNAA_mean": mean,
             "Glx/tNAA_mean_sd": 1.0, "visit_of": visit, "slope": slope,
             "verdicts": {}}
        )  # fmt: skip
    return found


def test_the_group_shows_sexes_and_their_difference() -> None:
    rows = rows_of(Crossover(effect=-6), 0.0)
    visits = {(r["subject"], r["visit"]): r["visit_of"] for r in rows}
    report = trial_report(rows, visits)
    parts = {(e["part"], e["name"]): e for e in report["effects"]}
    assert set(parts) == {
        (part, name)
        for part in ("all", "sex f", "sex m", "sex m minus sex f")
        for name in ("condition", "condition by time")
    }
    whole = parts["all", "condition"]
    assert whole["low"] < -6 < whole["high"]
    split = parts["sex m minus sex f", "condition"]
    difference = (
        parts["sex m", "condition"]["value"] - parts["sex f", "condition"]["value"]
    )
    assert split["value"] == pytest.approx(difference)


def test_what_the_group_cannot_show_is_said_once() -> None:
    rows = rows_of(Crossover(subjects=3), 0.0)
    for row in rows:
        row["windows"] += [{**w, "outcome": "Glx"} for w in row["windows"]]
        row["visit_of"] = replace(row["visit_of"], score_before=30.0, score_after=20.0)
    visits = {(r["subject"], r["visit"]): r["visit_of"] for r in rows}
    said = trial_report(rows, visits)["said"]
    assert len(said) == len(set(said))
    assert said[0].startswith("Glx/tNAA, Glx, sex f: 4 sessions of 2 subjects are too")
    assert said[-1].endswith("scores of 3 are.")


def test_a_clinical_slope_is_found_with_its_interval() -> None:
    random = np.random.default_rng(4)
    matched = []
    for i in range(26):
        for visit in "12":
            x = 5 + 3 * random.standard_normal()
            change = -1.5 * x + random.standard_normal()
            who = Visit(str(i), visit, "drug", "", 30.0, 30.0 + change)
            row = {"Glx/tNAA_mean": x, "Glx/tNAA_mean_sd": 0.5}
            matched.append((who, row))
    found = clinical_slope(matched, "Glx/tNAA")
    assert found is not None
    assert found["low"] < -1.5 < found["high"]
    assert found["high"] - found["low"] < 0.6
    assert found["reliability"] > 0.9


def test_outliers_are_named() -> None:
    rows = [
        {"session": f"s{i}", "protocol": "p", "fwhm_hz": 8 + 0.1 * (i % 3),
         "verdicts": {"fwhm_hz": "kept"}}
        for i in range(9)
    ]  # fmt: skip
    rows.append({**rows[0], "session": "bad", "fwhm_hz": 14.0})
    rows.append({**rows[0], "session": "good", "fwhm_hz": 4.0})
    found = {o["session"]: o["better"] for o in outliers(rows)}
    assert found == {"bad": False, "good": True}
    assert outliers(rows[:4]) == []


def test_a_criterion_over_sites_and_visits() -> None:
    rows = [
        {"session": f"{site}{i}", "subject": str(i), "visit": "", "site": site,
         "snr": 10.0 + i + (5 if site == "B" else 0), "limits": {"snr": 12.0},
         "verdicts": {"snr": "kept" if 10.0 + i >= 12 or site == "B" else "missed"}}
        for site in "AB"
        for i in range(3)
    ]  # fmt: skip
    rows.append({**rows[0], "session": "C", "site": "", "snr": None,
                 "verdicts": {"snr": "not measured"}})  # fmt: skip
    found = summary(rows, "snr")
    assert (found["kept"], found["missed"], found["not_measured"]) == (4, 2, 1)
    assert found["medians"] == {"": None, "site A": 11.0, "site B": 16.0}
    assert (found["low"], found["median"], found["high"]) == (10.0, 13.5, 17.0)
    assert found["limit"] == 12.0
    rows[0]["limits"] = {"snr": 3.0}
    assert summary(rows, "snr")["limit"] is None


def test_bins_are_as_many_as_the_shortest_session_fills() -> None:
    (visit, rows), *_ = draw(Crossover(subjects=2), np.random.default_rng(0))
    few = bin_session(visit, [rows[1], rows[4], rows[8]], 3)
    assert few is not None
    assert few.place == pytest.approx([-1 / 3, 0, 1 / 3])
    assert few.percent == pytest.approx([rows[i]["change_percent"] for i in (1, 4, 8)])
    all_bins = bin_session(visit, rows)
    assert all_bins is not None
    assert len(all_bins.place) == 5


def test_power_of_a_paired_test() -> None:
    """Tabulated: effect 0.5 SD of the difference, 34 pairs, power 0.808."""
    assert paired_power(0.5, 1 / np.sqrt(2), 34) == pytest.approx(0.808, abs=0.002)
    assert paired_power(0.0, 1.0, 20) == pytest.approx(0.05, abs=1e-6)
    assert paired_power(50.0, 1.0, 60) == pytest.approx(1.0)


def test_an_effect_of_the_condition_is_no_scatter_between_visits() -> None:
    random = np.random.default_rng(5)
    rows, visits = [], {}
    for subject in map(str, range(200)):
        for visit, condition in (("1", "drug"), ("2", "placebo")):
            shift = -8.0 if condition == "drug" else 0.0
            mean = shift + 2 * random.standard_normal()
            rows.append(
                {"subject": subject, "visit": visit, "target_percent": 5.0,
                 "Glx_mean": mean, "Glx_mean_sd": 1.0}
            )  # fmt: skip
            visits[subject, visit] = Visit(
                subject, visit, condition, "", None, None, None
            )
    with_file = power_table(rows, visits)[1]
    assert with_file["of"] == "scatter between visits"
    assert with_file["sd_percent"] == pytest.approx(2.0, rel=0.1)
    assert power_table(rows, {})[1]["sd_percent"] > 5


def test_the_cv_within_subjects() -> None:
    random = np.random.default_rng(6)
    rows = [
        {"subject": f"{i}", "Glx/tNAA_reference": 1.1 * np.exp(0.04 * z),
         "Glx/tNAA_reference_sd": 0.03}
        for i in range(200)
        for z in random.standard_normal(2)
    ]  # fmt: skip
    (found,) = repeatability(rows)
    assert found["cv_percent"] == pytest.approx(4, rel=0.12)
    assert found["low"] < 4 < found["high"]


def test_who_asks_for_a_condition_that_is_not_there_hears_which_are() -> None:
    drawn = draw(Crossover(), np.random.default_rng(5))
    sessions = [b for visit, rows in drawn if (b := bin_session(visit, rows))]
    for held, names in ((sessions, "drug, placebo"), ([], "none")):
        with pytest.raises(InputError, match=f"the sessions have {names}"):
            fit_trial(held, "neither")
