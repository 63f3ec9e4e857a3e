"""Numbers as a report says them."""

import math

import pytest

from monitor.report import wording as say
from monitor.report.digits import DASH, with_sd


def criterion(measured: float, sense: str, limit: float) -> dict[str, object]:
    return {"title": "Line width", "measured": measured, "sense": sense,
            "limit": limit, "unit": "Hz"}  # fmt: skip


MEASURED = [
    (8.7412, "<=", 12.8, "8.74 Hz"),
    (0.62531, "<=", 1.79, "0.63 Hz"),
    (123.4, "<=", 200.0, "123 Hz"),
    (12.804, "<=", 12.8, "12.804 Hz"),  # 12.8 would look as if it were kept
    (2.9996, ">=", 3.0, "2.9996 Hz"),
    (12.8, "<=", 12.8, "12.8 Hz"),
    (0.00877, "<=", 1.0, "0.01 Hz"),
    (0.0004, "<=", 1.0, "< 0.01 Hz"),
    (0.0, "<=", 1.0, "0 Hz"),
    (5.0, "<=", math.nan, "5.00 Hz"),
    (math.nan, "<=", 1.0, DASH),
]


@pytest.mark.parametrize(("value", "sense", "limit", "text"), MEASURED)
def test_what_was_measured(value: float, sense: str, limit: float, text: str) -> None:
    assert say.measured_text(criterion(value, sense, limit)) == text


def test_limits_have_no_needless_digits() -> None:
    assert say.limit(criterion(1, "<=", 10.0)).endswith(" 10 Hz")
    assert say.limit(criterion(1, ">=", 12.8)).endswith(" 12.8 Hz")
    assert say.limit(criterion(1, ">=", math.nan)) == "none"


def test_missed_criteria_in_one_sentence() -> None:
    said = say.outside([criterion(14.2, "<=", 12.8), criterion(1.0, ">=", 3.0)])
    assert said == (
        "Outside the limits of the protocol: Line width 14.2 Hz (at most 12.8), "
        "Line width 1.00 Hz (at least 3)."
    )
    assert say.outside([]) == ""


WITH_SD = [
    (5.5297, 1.0027, "+5.5 (1.0)"),
    (6.0044, 0.9312, "+6.0 (0.9)"),
    (6.0044, 0.9721, "+6.0 (1.0)"),
    (29.333, 4.41, "+29 (4)"),
    (5.0236, 0.213, "+5.02 (0.21)"),
    (165.15, 29.95, "+165 (30)"),
    (-3.2, 124.0, "\N{MINUS SIGN}3 (124)"),
    (math.nan, math.nan, "not measured"),
    (None, None, "not measured"),
]


@pytest.mark.parametrize(("value", "sd", "text"), WITH_SD)
def test_a_value_has_the_decimals_of_its_sd(value: float, sd: float, text: str) -> None:
    assert with_sd(value, sd) == text


def test_an_interval_has_the_decimals_of_its_value() -> None:
    assert say.interval({"low": 3.5646, "high": 7.4949, "sd": 1.0}) == "+3.6 to +7.5"
    assert say.interval({"low": math.nan, "high": 0, "sd": 1.0}) == "not measured"


def test_default_limits_are_said_to_be_defaults() -> None:
    report = {"protocol": {"name": "default", "title": ""}, "source": "", "origin": "x"}
    assert say.protocol_line(report).startswith("No protocol fits or was named")
    report["protocol"] = {"name": "p", "title": "PRESS"}
    assert say.protocol_line(report) == "Protocol PRESS; x"


@pytest.mark.parametrize(
    ("log", "text"), [(16.7, "> 1000"), (math.log(20), "20"), (-20.0, "< 0.001")]
)
def test_likelihoods(log: float, text: str) -> None:
    assert say.likelihood({"log_evidence": log}) == text


def test_the_line_width_says_one_change() -> None:
    """Not two widths whose rounded difference is another than the one that is said."""
    found = {"before_hz": 8.688, "during_hz": 8.594, "tested_hz": -0.094,
             "bias_percent": -0.00877}  # fmt: skip
    said = say.line_width_sentence({"line_width": found, "outcome": "Glx"})
    assert "is 8.69 Hz wide, that of the mean of the infusion 0.09 Hz narrower" in said
    assert "changed by as much and fitted again, shows" in said
    found |= {"during_hz": 8.678, "tested_hz": -0.05}
    said = say.line_width_sentence({"line_width": found, "outcome": "Glx"})
    assert "taken as 0.05 Hz, the least that is tested" in said


def test_a_model_without_parameters_has_no_change():
    assert say.model_change({"parameters": 0}, "end") == "none"
    row = {"parameters": 2, "end_percent": 8.04, "end_sd_percent": 1.23}
    assert say.model_change(row, "end") == with_sd(8.04, 1.23)


def test_measures_of_all_outcomes_share_their_columns() -> None:
    rows = [
        {"outcome": outcome, "measure": measure, "unit": "%"}
        for outcome in ("Glu", "Gln")
        for measure in ("mean_change", "slope")
    ]
    header, found = say.measure_table(rows)
    assert header == ["Outcome", "Mean change / %", "Slope / %"]
    assert found == [["Glu", *rows[:2]], ["Gln", *rows[2:]]]
