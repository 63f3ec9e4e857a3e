"""Sentences and cells of a report, on both sides of what they turn on."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.fit.curves import Curves
from monitor.report import alt_text, digits
from monitor.report import wording as say

MINUS = digits.MINUS


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (8.1264, "8.13"), (-8.1264, f"{MINUS}8.13"), (123.4, "123"), (1234.4, "1234"),
        (0.09412, "0.0941"), (1e-9, "0.000000"), (0.0, "0"), (math.nan, "–"),
        (None, "–"),
    ],
)  # fmt: skip
def test_three_significant_digits(value, words):
    assert digits.plain(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (8.16, "+8.2"), (-8.16, f"{MINUS}8.2"), (0.04, "0.0"), (-0.04, "0.0"),
        (math.inf, "–"), (None, "–"),
    ],
)  # fmt: skip
def test_a_change_has_its_sign_unless_it_is_nothing(value, words):
    assert digits.with_sign(value) == words


def test_a_number_is_exact_where_programs_read_it():
    assert digits.exact(0.1 + 0.2) == "0.30000000000000004"
    assert digits.exact(None) == digits.exact(math.nan) == ""
    assert [digits.is_number(v) for v in (0.0, None, math.inf)] == [True, False, False]


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.625, "0.62"), (12.345, "12.3"), (-0.5, f"{MINUS}0.50"), (0.004, "< 0.01"),
     (0.0, "0"), (math.nan, "–")],
)  # fmt: skip
def test_criteria_have_two_decimals_at_most(value, words):
    assert digits.usual(value) == words


@pytest.mark.parametrize(
    ("sd", "decimals"),
    [
        (0.0, 1),
        (-1.0, 1),
        (math.nan, 1),
        (0.0354, 3),
        (0.0355, 2),
        (3.54, 1),
        (3.55, 0),
    ],
)
def test_the_particle_data_groups_rule(sd, decimals):
    assert digits.decimals_with(sd) == decimals


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0009, "< 0.1 %"), (0.001, "0.1 %"), (0.5, "50.0 %"), (0.999, "99.9 %"),
     (0.9991, "> 99.9 %")],
)  # fmt: skip
def test_a_probability_is_bounded_at_both_ends(share, words):
    assert digits.percent(share) == words


def test_limits_have_their_sense():
    given = {"limit": 12.8, "sense": "<=", "unit": "Hz"}
    assert say.limit(given) == "≤ 12.8 Hz"
    assert say.limit({**given, "sense": ">="}) == "≥ 12.8 Hz"
    assert say.limit({**given, "unit": "NAA heights"}) == "≤ 12.8 x NAA"
    assert say.limit({**given, "limit": None}) == "none"


def missed(sense: str) -> dict:
    return {"title": "SNR", "measured": 3.0, "limit": 5.0, "sense": sense, "unit": ""}


def test_what_is_missed_says_the_side_of_its_limit():
    assert say.outside([]) == ""
    assert "SNR 3.00 (at least 5)" in say.outside([missed(">=")])
    assert "(at most 5)" in say.outside([missed("<=")])


def test_an_answer_is_proven_possible_or_not_seen():
    given = {"since_min": 4.5, "log_evidence": 0.0, "least_seen_percent": 9.0}
    assert say.answer_sentence({**given, "finding": "increase"}) == (
        "increase, first said at +4.5 min"
    )
    possible = {**given, "finding": "perhaps an increase"}
    assert say.answer_sentence(possible) == "perhaps an increase, not proven"


@pytest.mark.parametrize(
    ("found", "least", "said"),
    [
        ("no change seen", 6.18, "no change seen; 6.2 % would have been"),
        (
            "too little is known",
            9.1,
            "no answer: only 9.1 % or more would have been seen",
        ),
        ("too little is known", 60.0, "no answer: too little good data"),
        ("too little is known", math.nan, "no answer: too little good data"),
    ],
)
def test_what_would_have_been_seen_is_the_window_s_figure(found, least, said):
    """Seen: 6.2 % in the window, and a report that sent its reader to 4.3 %."""
    answer = {"since_min": None, "finding": found, "least_seen_percent": least}
    assert say.answer_sentence(answer) == said


def width(before: float, during: float, tested: float) -> dict:
    measured = {"before_hz": before, "during_hz": during, "tested_hz": tested,
                "bias_percent": 0.3}  # fmt: skip
    return {"line_width": measured, "outcome": "Glu"}


def test_a_line_gets_narrower_or_broader_and_the_least_is_said():
    said = say.line_width_sentence(width(8.0, 7.5, -0.5))
    assert "0.50 Hz narrower" in said
    assert "least" not in said
    assert "0.50 Hz broader" in say.line_width_sentence(width(8.0, 8.5, 0.5))
    tested = say.line_width_sentence(width(8.0, 7.99, -0.1))
    assert "(taken as 0.1 Hz, the least that is tested)" in tested


ACQUISITION = {
    "voxel_mm": (20.0, 20.0, 22.5), "echo_time_s": 0.03, "repetition_time_s": 2.0,
    "coils": 32, "sequence": "PRESS", "vendor": "Siemens", "model": "Prisma",
    "spectrometer_frequency_mhz": 123.25, "nucleus": "1H", "points": 1024,
    "dwell_time_s": 5e-4,
}  # fmt: skip


def rows(periods=None, hidden=False, **acquisition) -> dict[str, str]:
    times = {"duration_s": 3000.0, "zero_s": 600.0, "reference_s": (0.0, 600.0),
             "infusion_s": None, **(periods or {})}  # fmt: skip
    report = {
        "acquisition": ACQUISITION | acquisition, "outcome_hidden": hidden,
        "settings": {"window": 32, "step": 4}, "outcome": "Glu", "periods": times,
    }  # fmt: skip
    return dict(say.acquisition_rows(report))


def test_an_acquisition_in_words():
    said = rows()
    assert said["sequence"] == "PRESS, TE 30 ms, TR 2000 ms"
    assert said["volume"] == "20 x 20 x 22.5 mm"
    assert (said["coils"], said["outcome"]) == ("32", "Glu")
    assert said["points"] == "1024 of 0.5 ms"
    assert said["reference period"] == f"{MINUS}10.0 to 0.0 min (0 to 600 s)"
    assert said["infusion"] == "none"
    assert rows({"infusion_s": (600.0, 1200.0)})["infusion"].startswith("0.0 to +10.0")


def test_what_an_acquisition_does_not_say_is_said_so():
    said = rows(None, True, voxel_mm=None, repetition_time_s=None, coils=1, sequence="",
                vendor="", model="")  # fmt: skip
    assert said["sequence"] == "not named, TE 30 ms"
    assert (said["volume"], said["scanner"]) == ("not named", "not named")
    assert (said["coils"], said["outcome"]) == ("1, or combined before", "hidden")
    assert rows(model="")["scanner"] == "Siemens"


def test_counts_that_a_file_cannot_hold_are_said_so():
    marks = [
        {"kind": "infusion_start", "time_s": 600.0, "author": "pump", "distance_s": 0.5,
         "holds": True},
        {"kind": "infusion_stop", "time_s": 900.0, "author": "", "distance_s": 0.0,
         "holds": False},
    ]  # fmt: skip
    report = {
        "counts": {"transients": 9, "missing": None},
        "periods": {"markers": marks},
    }
    counts = say.count_rows(report)
    assert counts[0] == ("transients", "9")
    assert counts[1][1] == "not seen in such a file"
    assert counts[2][0] == "infusion start"
    assert counts[2][1].startswith("600 s, by pump, 0.500 s from")
    assert "does not hold" not in counts[2][1]
    assert counts[3][1].startswith("900 s, 0 s")
    assert counts[3][1].endswith("; it does not hold")


def test_limits_of_no_protocol_are_called_so():
    named = {
        "protocol": {"name": "p", "title": ""},
        "source": "",
        "origin": "recording",
    }
    assert say.protocol_line(named) == "Protocol p; recording"
    named["protocol"]["title"] = "PRESS at 3 T"
    named["source"] = "phantom"
    assert say.protocol_line(named) == "Protocol PRESS at 3 T; phantom"
    named["protocol"]["name"] = "default"
    assert say.protocol_line(named).startswith("No protocol fits or was named")


@pytest.mark.parametrize(
    ("parameters", "words"), [(0, "none"), (2, "+5.0 (1.0)"), (1, "+5.0 (1.0)")]
)
def test_a_response_model_with_parameters_has_a_change(parameters, words):
    row = {"parameters": parameters, "end_percent": 5.0, "end_sd_percent": 1.0}
    assert say.model_change(row, "end") == words


def test_files_of_a_joined_session_have_their_gap_but_the_first():
    first = {"transients": 9, "t_start_s": 0.0, "t_end_s": 16.0, "sha256": "a",
             "gap_s": None, "placed_by": ""}  # fmt: skip
    second = {**first, "t_start_s": 20.0, "gap_s": 4.0, "placed_by": "--gap"}
    one, two = say._file_rows([first, second])
    assert one == ("file 1 of 2", "9 transients, 0.0 to 16.0 s", "a")
    assert two[1].endswith("20.0 to 16.0 s, 4.0 s after the one before by --gap")


PPM = np.array([0.4, 0.6, 2.0, 4.1, 4.3])


def curves(residual, height=4.0) -> Curves:
    model, baseline = np.full(5, height + 1.0), np.ones(5)
    model[[0, -1]] = 99.0  # beyond what is fitted
    return Curves(PPM, model, model, baseline, np.array(residual), {})


def test_a_residual_is_held_against_the_tallest_line_where_it_was_fitted():
    drawn = SimpleNamespace(before=curves([9, 0.1, -0.2, 0.1, 9]), during=None)
    said = alt_text.alternative("spectra", drawn)
    assert said.endswith("before: the residual is at most 5.0 % of the tallest line.")
    drawn.during = curves([0, math.nan, 0.1, 0, 0])
    assert "during: the residual is at most 2.5 %" in alt_text.alternative(
        "spectra", drawn
    )
    drawn.before = curves([0, 0, 0, 0, 0], height=0.0)
    assert "before: no line stands out" in alt_text.alternative("spectra", drawn)


def test_a_course_in_words_is_of_its_independent_windows():
    course = SimpleNamespace(
        change=np.array([1.0, 90.0, 5.0, -2.0]), independent=np.array([1, 0, 1, 1])
    )
    drawn = SimpleNamespace(course=course, settings=SimpleNamespace(outcome="Glu"))
    said = alt_text.alternative("trend", drawn)
    assert f"3 independent windows from {MINUS}2.0 to +5.0 %" in said
    assert f"the first at +1.0, the last at {MINUS}2.0 %" in said
    course.independent = np.zeros(4)
    assert "without independent windows" in alt_text.alternative("trend", drawn)
    drawn.course = None
    assert alt_text.alternative("trend", drawn) == "No course."


def test_ranges_of_transients_leave_out_those_of_low_weight():
    values = {"shift_hz": [0.0, 1.0, 50.0], "phase_deg": [1.0, 3.0, 90.0],
              "fwhm_hz": [math.nan] * 3, "snr": [20.0, math.nan, 1.0],
              "weight": [1.0, 0.9, 0.0]}  # fmt: skip
    columns = {name: np.array(column) for name, column in values.items()}
    said = alt_text.alternative("transients", SimpleNamespace(columns=columns))
    assert "shift 0 to 1.00 Hz, median 0.500" in said
    assert "SNR 20.0 to 20.0" in said
    assert "FWHM not measured" in said
    assert "1 of 3 have a weight under" in said
