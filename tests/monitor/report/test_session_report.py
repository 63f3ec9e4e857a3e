"""One session's report: the same figures everywhere, nothing of a hidden outcome."""

import csv
import json
import math
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from monitor.judge import provenance
from monitor.judge.criteria import Criterion
from monitor.judge.provenance import program_hash
from monitor.judge.responses import Report
from monitor.judge.session import JudgedSession, _water_reference_note, judge
from monitor.protocol.choose import Wishes
from monitor.report.figures import figure_names
from monitor.report.session_files import write_session_report
from monitor.screen.parts.spectrum import telling


@pytest.fixture(scope="module")
def written(judged: JudgedSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("report")
    write_session_report(judged, out)
    return out


class Cells(HTMLParser):
    """Rows of the page that say which criterion or measure they hold."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[dict[str, str]] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if {"data-key", "data-value", "data-model", "data-since"} & set(found):
            self.rows.append(found)
        self.fetched += [
            value
            for name, value in found.items()
            if name in ("src", "href", "xlink:href")
            and not value.startswith(("#", "data:"))
        ]
        if tag in ("script", "link", "iframe"):
            self.fetched.append(tag)


def cells(page: Path) -> Cells:
    parser = Cells()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def report_of(folder: Path) -> Report:
    found: Report = json.loads((folder / "qc.json").read_text(encoding="utf-8"))
    return found


def number(cell: str) -> float | None:
    """What a cell says; None where there is no number (a session so short)."""
    return None if cell in ("", "nan") else float(cell)


def test_the_page_the_csv_and_the_json_say_the_same(written: Path) -> None:
    report = report_of(written)
    page = {r["data-key"]: r for r in cells(written / "report.html").rows if
            "data-key" in r}  # fmt: skip
    rows = {row["key"]: row for row in table(written / "criteria.csv")}
    assert set(page) == set(rows) == {c["key"] for c in report["criteria"]}
    assert len(rows) == 10
    for c in report["criteria"]:
        assert float(page[c["key"]]["data-measured"]) == c["measured"]
        assert float(rows[c["key"]]["measured"]) == c["measured"]
        assert float(page[c["key"]]["data-limit"]) == c["limit"]
        assert rows[c["key"]]["verdict"] == c["verdict"]


def test_the_measures_are_the_same_everywhere(written: Path) -> None:
    report = report_of(written)
    page = [r for r in cells(written / "report.html").rows if "data-value" in r]
    rows = table(written / "measures.csv")
    assert len(page) == len(rows) == len(report["measures"]) == 20
    for on_page, row, m in zip(page, rows, report["measures"], strict=True):
        assert on_page["data-outcome"] == row["outcome"] == m["outcome"]
        assert on_page["data-measure"] == row["measure"] == m["measure"]
        for key in ("value", "sd"):
            shown = number(on_page[f"data-{key}"])
            assert shown == number(row[key]) == m[key]
    known = [m for m in report["measures"] if m["value"] is not None]
    assert len(known) == 20


def test_all_response_models_are_compared_and_none_is_chosen(written: Path) -> None:
    report = report_of(written)
    found = cells(written / "report.html").rows
    page = [r for r in found if "data-model" in r]
    assert [r["data-model"] for r in page] == [m["model"] for m in report["models"]]
    for key, name in (("data-bic", "bic_above"), ("data-weight", "weight")):
        assert [float(r[key]) for r in page] == [m[name] for m in report["models"]]
    rows = table(written / "models.csv")
    assert [float(r["bic_above"]) for r in rows] == [
        m["bic_above"] for m in report["models"]
    ]
    assert {"none", "step", "saturating", "trapezoid"} <= {
        m["model"] for m in report["models"]
    }
    weights = [m["weight"] for m in report["models"]]
    assert weights == sorted(weights, reverse=True)
    assert sum(weights) == pytest.approx(1)
    assert min(m["bic_above"] for m in report["models"]) == 0
    assert report["models"][-1]["model"] == "none"  # the injected rise is a large one
    text = (written / "report.html").read_text(encoding="utf-8")
    assert "Criterion: the probability" in text
    assert report["models_said"] in text


def test_the_sequential_answer_comes_with_its_time(written: Path) -> None:
    report = report_of(written)
    answers = {a["outcome"]: a for a in report["answers"]}
    rise = answers["Glx/tNAA"]
    assert 0 < rise["since_min"] < 2
    assert rise["log_evidence"] > math.log(20)
    rows = {row["outcome"]: row for row in table(written / "answers.csv")}
    assert {n: number(row["since_min"]) for n, row in rows.items()} == {
        n: a["since_min"] for n, a in answers.items()
    }
    page = [r for r in cells(written / "report.html").rows if "data-since" in r]
    assert [number(r["data-since"]) for r in page] == [
        a["since_min"] for a in report["answers"]
    ]


def test_one_thing_has_one_figure(written: Path) -> None:
    """Nothing that a reader could lay beside another figure for the same thing."""
    report = report_of(written)
    found = {(m["outcome"], m["measure"]): m for m in report["measures"]}
    for name in {outcome for outcome, _ in found}:
        mean, peak, when = (found[name, m] for m in ("mean", "peak", "peak_time"))
        sign = math.copysign(1, mean["value"])
        assert sign * peak["value"] >= sign * found[name, "plateau"]["value"]
        assert sign * peak["value"] >= sign * mean["value"]
        end_min = max(w["end_min"] for w in report["windows"])
        assert 0 <= when["low"] <= when["value"] <= when["high"] <= end_min
    judged = {c["key"]: c["measured"] for c in report["criteria"]}
    assert report["detectable"]["infusion_percent"] == judged["detectable_percent"]
    assert [set(a) for a in report["answers"]] == [
        {"outcome", "finding", "log_evidence", "since_min", "least_seen_percent"}
    ] * len(report["answers"])
    at_every_look = report["answers"][0]["least_seen_percent"]  # not another's figure
    assert at_every_look > report["detectable"]["infusion_percent"]
    assert [a["outcome"] for a in report["answers"]] == list(
        dict.fromkeys(m["outcome"] for m in report["measures"])
    )
    page = (written / "report.html").read_text(encoding="utf-8")
    assert len(re.findall(r"<th[^>]*>Mean / %", page)) == 1


def test_the_page_fetches_nothing(written: Path) -> None:
    page = written / "report.html"
    assert cells(page).fetched == []
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"url\(\s*['\"]?(https?:|//)", text)
    assert "@import" not in text


def test_every_figure_has_words_and_every_row_a_header(written: Path) -> None:
    page = (written / "report.html").read_text(encoding="utf-8")
    figures = re.findall(r'<svg role="img" aria-label="([^"]*)"', page)
    assert len(figures) == page.count("<figure>") == 5
    assert all(len(words) > 60 for words in figures)
    assert "nan" not in " ".join(figures)
    for head, body in re.findall(r"<thead>(.*?)</thead>\s*<tbody>(.*?)</tbody>", page,
                                 re.DOTALL):  # fmt: skip
        assert head.count("<th ") == head.count('scope="col"') >= 3
        assert body.count("<tr") == body.count('<th scope="row">')


def test_the_paper_is_a_pdf_of_several_pages(written: Path) -> None:
    paper = (written / "report.pdf").read_bytes()
    assert paper.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b", paper)) >= 3


def test_the_infusion_is_found_where_it_was_injected(judged: JudgedSession) -> None:
    """+20 % Glu and +10 % Gln, saturating: the mean Glx rises by 10 to 17 %."""
    found = {(m["outcome"], m["measure"]): m for m in judged.report["measures"]}
    rise = found["Glx/tNAA", "mean"]
    assert 8 < rise["value"] < 19
    assert 0 < rise["sd"] < 4
    assert rise["low"] > 0


def test_hashes_and_versions_are_there(
    judged: JudgedSession, infusion_short: Path
) -> None:
    import hashlib

    digest = hashlib.sha256(infusion_short.read_bytes()).hexdigest()
    assert judged.report["input_sha256"] == digest
    assert {"mrs-monitor", "numpy", "scipy"} <= set(judged.report["versions"])
    assert len(judged.report["settings_sha256"]) == 64
    assert judged.report["program_sha256"] == program_hash()


def test_another_program_has_another_hash(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for package in ("monitor", "streams"):
        (tmp_path / package / "deep").mkdir(parents=True)
        (tmp_path / package / "deep" / "a.py").write_text("x = 1\n")
    monkeypatch.setattr(provenance, "files", lambda package: tmp_path / package)
    first = provenance.program_hash.__wrapped__()
    (tmp_path / "streams" / "__pycache__").mkdir()
    (tmp_path / "streams" / "__pycache__" / "a.pyc").write_bytes(b"x")
    assert provenance.program_hash.__wrapped__() == first
    (tmp_path / "streams" / "deep" / "a.py").write_text("x = 2\n")
    assert provenance.program_hash.__wrapped__() != first


def test_a_hidden_outcome_is_nowhere(blinded: JudgedSession, tmp_path: Path) -> None:
    write_session_report(blinded, tmp_path)
    assert blinded.drawn.course is None
    assert blinded.drawn.band is None
    assert blinded.drawn.models == ()
    assert blinded.drawn.during is None
    report = report_of(tmp_path)
    gone = {"measures", "windows", "reference_values", "models", "models_said",
            "answers"}  # fmt: skip
    assert not gone & set(report)
    assert {p.name for p in tmp_path.iterdir()} == {
        "report.html", "report.pdf", "criteria.csv", "qc.json",
    }  # fmt: skip
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    for word in (
        "Course of the outcome",
        "Response models",
        "Has it changed",
        "change / %",
        "plateau",
        ">during<",
    ):
        assert word not in page


def test_without_a_reference_period_there_is_no_course(
    judged: JudgedSession, blinded: JudgedSession
) -> None:
    assert {"trend", "models"} <= set(figure_names(judged.drawn, hidden=False))
    quality = ("spectra", "waterfalls", "traces")
    assert figure_names(replace(judged.drawn, course=None), hidden=False) == quality
    assert figure_names(blinded.drawn, hidden=True) == quality


def test_lines_of_a_hidden_outcome_are_blank(blinded: JudgedSession) -> None:
    drawn = blinded.drawn
    assert drawn.before is not None
    assert np.isnan(drawn.before.data[telling(drawn.before.ppm)]).all()
    assert np.isfinite(drawn.before.data).any()
    step = len(drawn.ppm) // drawn.aligned.shape[1]
    columns = telling(drawn.ppm[: drawn.aligned.shape[1] * step : step])
    inner = columns & np.roll(columns, 1) & np.roll(columns, -1)
    assert inner.any()
    assert np.ptp(drawn.aligned[:, inner]) == 0


def test_lines_of_any_hidden_outcome_are_blank(infusion_short: Path) -> None:
    """Of tCho/tCr that is the line of choline, at 3.2 ppm."""
    hidden = {"window": 8, "step": 4, "outcome": "tCho/tCr", "outcome_hidden": True}
    drawn = judge(infusion_short, Wishes(changes=hidden)).drawn
    assert drawn.before is not None
    choline = (drawn.before.ppm > 3.15) & (drawn.before.ppm < 3.28)
    assert np.isnan(drawn.before.data[choline]).all()
    step = len(drawn.ppm) // drawn.aligned.shape[1]
    ppm = drawn.ppm[: drawn.aligned.shape[1] * step : step]
    for image in (drawn.aligned, drawn.raw):
        assert np.ptp(image[:, (ppm > 3.15) & (ppm < 3.28)]) == 0


def test_hiding_changes_no_verdict_and_hides_one_figure(
    judged: JudgedSession, blinded: JudgedSession
) -> None:
    """The SDs behind the detectable change follow the outcome a little."""
    assert judged.report["verdict"] == blinded.report["verdict"]
    for seen, hidden in zip(
        judged.report["criteria"], blinded.report["criteria"], strict=True
    ):
        assert seen["verdict"] == hidden["verdict"]
        if seen["key"] == "detectable_percent":
            assert math.isfinite(seen["measured"])
            assert math.isnan(hidden["measured"])
        else:
            assert seen == hidden


def test_a_blinded_report_takes_an_earlier_one_away(
    judged: JudgedSession, blinded: JudgedSession, tmp_path: Path, no_figures: None
) -> None:
    write_session_report(judged, tmp_path, pdf=False)
    assert (tmp_path / "measures.csv").exists()
    write_session_report(blinded, tmp_path, pdf=False)
    assert {p.name for p in tmp_path.iterdir()} == {
        "report.html", "criteria.csv", "qc.json",
    }  # fmt: skip


def test_what_the_windows_do_not_cover_is_told(infusion_short: Path) -> None:
    """Windows of 32 fill 64 s of that infusion of 120 s, those of 8 nearly all."""
    covered = [
        [n for n in judge(infusion_short, Wishes(changes=one)).report["notes"]
         if "of the infusion, since" in n]
        for one in ({"window": 8, "step": 4}, {})
    ]  # fmt: skip
    assert covered[0] == []
    assert covered[1][0].startswith("The independent windows cover 53 % of the")


@pytest.mark.parametrize(("water", "said"), [(1187.0, 1), (9.0, 0), (math.nan, 0)])
def test_a_water_reference_taken_for_a_session_is_told(water: float, said: int) -> None:
    one = Criterion("water", "Residual water", water, "<=", 10.0, "", "")
    assert len(_water_reference_note([one])) == said
