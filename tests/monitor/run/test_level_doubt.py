"""What unmeasured macromolecules leave in doubt, on the page of a window (F3)."""

from dataclasses import replace

from monitor.analysis.course.response import Estimate
from monitor.screen.parts.columns import Columns
from monitor.screen.parts.windows import Windows
from monitor.screen.sheets.compare_windows import figures

KNOWN = Estimate(
    3, 0.0, 62.0, 32, 31.0, True, 0, {"Glx/tNAA": 1.2}, {"Glx/tNAA": 0.1},
    {"Glx/tNAA": 4.0}, {"Glx/tNAA": 2.0},
)  # fmt: skip
IN_DOUBT = replace(KNOWN, window=4, doubts={"Glx/tNAA": 0.08})
QUALITY = Columns(("time_s", "weight", "shift_hz", "water", "lipid"))


def shown(estimate: Estimate, outcome: str | None = "Glx/tNAA") -> dict[str, str]:
    rows = figures(estimate, None, QUALITY, (None, None), outcome)
    return {row.name: row.this for row in rows}


def test_the_level_says_what_of_its_interval_macromolecules_are_to_blame_for():
    assert shown(IN_DOUBT)["Glx/tNAA, level"] == "1.20 ± 0.20, MM ± 0.16"
    assert "Glx/tNAA, level" not in shown(KNOWN)


def test_nothing_of_it_is_shown_under_a_lock():
    assert not any("level" in name for name in shown(IN_DOUBT, None))


def test_kept_windows_give_it_back():
    kept = Windows([KNOWN, IN_DOUBT])
    assert kept[1].doubts == IN_DOUBT.doubts
    assert kept.course("Glx/tNAA").sd.tolist() == [2.0, 2.0]
