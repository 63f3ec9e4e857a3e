"""One session's report on paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from monitor.judge.responses import Report
from monitor.judge.session import JudgedSession
from monitor.report import captions, digits, wording
from monitor.report.figures import LEGEND_ABOVE, SHAPES, draw_into, figure_names
from monitor.report.paper import A4, CAPTION, Paper, height_of, on_paper

MARKS = {"missed": "\N{BALLOT X} ", "kept": "\N{CHECK MARK} "}
HEIGHTS = {
    "trend": 2.6,
    "models": 2.6,
    "spectra": 2.7,
    "opinion": 2.2,
    "waterfalls": 2.6,
    "traces": 4.6,
}
HEADING = 0.38
Section = Callable[[Paper, JudgedSession], None]


def write_paper(judged: JudgedSession, path: Path) -> None:
    """Write the PDF of a session.

    Raises
    ------
    InputError : it cannot be written
    """
    on_paper(lambda: _pages(judged), path)


def _pages(judged: JudgedSession) -> Paper:
    r = judged.report
    paper = Paper(f"mrs-monitor {r['versions']['mrs-monitor']}, {r['session']}")
    paper.heading(f"Protocol QC: {r['session']}", 14)
    paper.paragraph(wording.protocol_line(r))
    paper.paragraph(r["verdict"], "bold")
    if r["outcome_hidden"]:
        paper.paragraph("The protocol hides the outcome: this report holds none.")
    _criteria(paper, judged)
    paper.heading("Acquisition")
    paper.pairs(wording.acquisition_rows(r), 0.16)
    _flow(paper, judged, [_detectable, _line_width, _known_change, _counts])
    _tables(paper, judged)
    return paper


def _flow(paper: Paper, judged: JudgedSession, short: list[Section]) -> None:
    """Figures in their order; a short section goes before one that needs a page."""
    for name in figure_names(judged.drawn, judged.report["outcome_hidden"]):
        while short and 0 < paper.left < HEADING + HEIGHTS[name] + CAPTION:
            if paper.left < height_of(short[0], judged):
                break
            short.pop(0)(paper, judged)
        _figure(paper, judged, name)
    for section in short:
        section(paper, judged)


def _criteria(paper: Paper, judged: JudgedSession) -> None:
    paper.heading("Criteria of the protocol")
    rows = [
        (
            c["title"],
            wording.measured_text(c),
            wording.limit(c),
            MARKS.get(c["verdict"], "") + c["verdict"],
            c["definition"],
        )
        for c in judged.report["criteria"]
    ]
    header = ("Criterion", "Measured", "Limit", "Verdict", "How it was measured")
    shares = (0.19, 0.13, 0.14, 0.1, 0.44)
    paper.table(header, rows, shares, lambda r: r[3].endswith("missed"))


def _figure(paper: Paper, judged: JudgedSession, name: str) -> None:
    paper.heading(SHAPES[name].title, keep=HEIGHTS[name] + CAPTION)

    def into(page: Figure, box: tuple[float, ...]) -> None:
        left, bottom, width, height = box
        draw_into(
            page,
            name,
            judged.drawn,
            left=left + (0.01 if name == "spectra" else 0.06),
            right=left + width - (0.04 if name == "traces" else 0.0),
            bottom=bottom + 0.42 / A4[1],
            top=bottom + height - (0.4 if name in LEGEND_ABOVE else 0.3) / A4[1],
            hspace=0.2,
        )

    paper.figure(HEIGHTS[name], into)
    paper.paragraph(captions.CAPTIONS[name])
    if name == "trend":
        _measures(paper, judged.report)
        _answers(paper, judged.report)
    if name == "models":
        _models(paper, judged.report)


def _measures(paper: Paper, report: Report) -> None:
    if not report.get("measures"):
        return
    paper.heading("Response measures")
    header, rows = wording.measure_table(report["measures"])
    cells = [
        [
            row[0],
            *(f"{digits.with_sd(m['value'], m['sd'])}\n{_under(m)}" for m in row[1:]),
        ]
        for row in rows
    ]
    paper.table(header, cells, (0.15, *[0.85 / (len(header) - 1)] * (len(header) - 1)))
    paper.paragraph(captions.MEASURES_NOTE)


def _under(measure: Report) -> str:
    """The interval below a value that was measured."""
    if not digits.is_number(measure["value"]):
        return ""
    return wording.interval(measure)


def _answers(paper: Paper, report: Report) -> None:
    if not report.get("answers"):
        return
    paper.heading("Has it changed?")
    rows = [
        (a["outcome"], wording.answer_sentence(a), wording.likelihood(a))
        for a in report["answers"]
    ]
    paper.table(captions.ANSWER_HEADER, rows, (0.2, 0.35, 0.45))
    paper.paragraph(captions.ANSWER_NOTE)


def _models(paper: Paper, report: Report) -> None:
    rows = [
        (
            m["model"],
            digits.percent(m["weight"]),
            digits.with_sign(m["bic_above"]),
            digits.with_sign(m["aicc_above"]),
            str(m["parameters"]),
            m["shape"],
            wording.model_change(m, "end"),
            wording.model_change(m, "largest"),
        )
        for m in report["models"]
    ]
    header = wording.model_header(report["models"])
    paper.table(header, rows, (0.16, 0.12, 0.09, 0.09, 0.04, 0.23, 0.14, 0.13))
    paper.paragraph(report["models_said"])
    paper.paragraph(captions.MODELS_NOTE)


def _detectable(paper: Paper, judged: JudgedSession) -> None:
    detectable = judged.report.get("detectable")
    if not detectable or not detectable["windows"]:
        return
    paper.heading("Change seen in one look, by length of the window")
    windows = detectable["windows"]
    values = [*windows.values(), detectable["infusion_percent"]]
    share = 0.7 / len(values)
    paper.table(
        ("Transients in a window", *windows, "whole infusion"),
        [(f"{detectable['outcome']}, %", *(digits.plain(change) for change in values))],
        (0.3, *(share for _ in values)),
    )
    paper.paragraph(wording.detectable_sentence(judged.report))


def _line_width(paper: Paper, judged: JudgedSession) -> None:
    if judged.report["line_width"]:
        paper.heading("Line width")
        paper.paragraph(wording.line_width_sentence(judged.report))


def _known_change(paper: Paper, judged: JudgedSession) -> None:
    if found := judged.report.get("known_change"):
        paper.heading("A known change put in")
        for sentence in found["said"]:
            paper.paragraph(sentence)


def _counts(paper: Paper, judged: JudgedSession) -> None:
    paper.heading("Counts and markers")
    paper.pairs(wording.count_rows(judged.report), 0.2)


def _tables(paper: Paper, judged: JudgedSession) -> None:
    r = judged.report
    paper.heading("MRSinMRS")
    rows = [
        (f["item"], f["title"], f["value"] or "MISSING", f["origin"])
        for f in r["mrsinmrs"]
    ]
    header = ("Item", "Field", "Value", "From")
    paper.table(header, rows, (0.07, 0.22, 0.47, 0.24), lambda row: row[2] == "MISSING")
    if notes := r["notes"]:
        paper.heading("Noticed")
        for note in notes:
            paper.paragraph(note)
    paper.heading("To make this report again", keep=2.0)
    paper.table((), wording.hash_rows(r), (0.11, 0.2, 0.69))
    paper.paragraph(wording.version_line(r))
    paper.paragraph(captions.DISCLAIMER)
    paper.lines_to_sign(("name", "place, date", "signature"))
