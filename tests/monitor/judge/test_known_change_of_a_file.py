"""A known change put into copies of a file, in its report."""

import json
from pathlib import Path

import pytest

from monitor.judge.known_change import TOO_SHORT
from monitor.judge.session import JudgedSession, judge
from monitor.protocol.choose import Wishes
from monitor.report.page import session_page
from monitor.report.session_files import write_session_report

HIDDEN = Wishes(changes={"window": 8, "step": 4, "outcome_hidden": True})


@pytest.fixture(scope="module")
def proved(infusion_short: Path) -> JudgedSession:
    return judge(infusion_short, HIDDEN, injected=True)


def test_it_stands_in_the_report_of_a_hidden_outcome_too(proved: JudgedSession) -> None:
    found = proved.report["known_change"]
    assert found["windows"]["missed"] == ()
    step = found["recoveries"][0]
    assert step["windows_read"] == pytest.approx(step["windows_put"], rel=0.05)
    assert found["halves"]["end_s"] < 78.0  # the infusion's start
    page = session_page(proved)
    for sentence in found["said"]:
        assert sentence.replace("'", "&#39;") in page


def test_it_is_on_paper_in_the_json_and_in_no_table(
    proved: JudgedSession, blinded: JudgedSession, tmp_path: Path
) -> None:
    write_session_report(proved, tmp_path)
    read = json.loads((tmp_path / "qc.json").read_text(encoding="utf-8"))
    assert read["known_change"]["outcome"] == "Glx/tNAA"
    assert proved.report["criteria"] == blinded.report["criteria"]
    assert {path.name for path in tmp_path.iterdir()} == {
        "report.html", "report.pdf", "criteria.csv", "qc.json",
    }  # fmt: skip


def test_without_being_asked_nothing_is_put_in(blinded: JudgedSession) -> None:
    assert blinded.report["known_change"] is None


def test_a_session_without_a_reference_period_says_why(tiny: Path) -> None:
    assert judge(tiny, HIDDEN, injected=True).report["known_change"]["said"] == (
        TOO_SHORT,
    )
