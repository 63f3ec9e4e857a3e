"""One session's report on paper."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from monitor.qc.one import Judged
from monitor.report.figures import SHAPES, names_for
from monitor.report.page import CAPTIONS, acquisition_rows, known, plain, signed
from monitor.report.paper import A4, Paper, on_paper

HEIGHTS = {"trend": 2.6, "spectra": 2.7, "waterfalls": 2.6, "traces": 4.6}


def write_paper(judged: Judged, path: Path) -> None:
    """Write the PDF of a session.

    Raises
    ------
    InputError : it cannot be written
    """
    on_paper(lambda: _pages(judged), path)


def _pages(judged: Judged) -> Paper:
    r = judged.report
    paper = Paper(f"mrs-monitor {r['versions']['mrs-monitor']}, {r['file']}")
    paper.heading(f"Protocol QC: {r['file']}", 14)
    paper.paragraph(f"{r['protocol']['title'] or r['protocol']['name']}; {r['source']}")
    paper.paragraph(r["verdict"], "bold")
    if r["outcome_hidden"]:
        paper.paragraph("The protocol hides the outcome: this report holds none.")
    _criteria(paper, judged)
    paper.heading("Acquisition")
    paper.table(("", ""), acquisition_rows(r), (0.22, 0.78))
    for name in names_for(judged.drawn, r["outcome_hidden"]):
        _figure(paper, judged, name)
    _detectable(paper, judged)
    _line_width(paper, judged)
    _tables(paper, judged)
    return paper


def _criteria(paper: Paper, judged: Judged) -> None:
    paper.heading("Criteria of the protocol")
    rows = []
    for c in judged.report["criteria"]:
        sense = "\N{GREATER-THAN OR EQUAL TO}" if c["sense"] == ">=" else (
            "\N{LESS-THAN OR EQUAL TO}"
        )  # fmt: skip
        limit = f"{sense} {plain(c['limit'])}" if known(c["limit"]) else "none"
        unit = c["unit"] if len(c["unit"]) < 8 else ""
        rows.append(
            (c["title"], f"{plain(c['measured'])} {unit}", limit, c["verdict"],
             c["definition"])
        )  # fmt: skip
    header = ("Criterion", "Measured", "Limit", "Verdict", "How it was measured")
    paper.table(header, rows, (0.2, 0.13, 0.1, 0.12, 0.45), lambda r: r[3] == "missed")


def _figure(paper: Paper, judged: Judged, name: str) -> None:
    draw, title, _, (rows, columns) = SHAPES[name]
    paper.heading(title, keep=HEIGHTS[name] + 0.1)

    def into(page: Figure, box: tuple[float, ...]) -> None:
        left, bottom, width, height = box
        grid = page.add_gridspec(
            rows, columns, left=left + (0.01 if name == "spectra" else 0.06),
            right=left + width - (0.04 if name == "traces" else 0.0),
            bottom=bottom + 0.42 / A4[1], top=bottom + height - 0.3 / A4[1],
            wspace=0.08, hspace=0.2,
        )  # fmt: skip
        cells = grid.subplots(squeeze=False, sharex=name == "traces")
        axes = list(cells.ravel())
        draw(judged.drawn, axes)
        for ax in axes[:-1] if name == "traces" else []:
            ax.set_xlabel("")

    paper.figure(HEIGHTS[name], into)
    paper.paragraph(CAPTIONS[name])
    measures: Sequence[dict[str, object]] = judged.report.get("measures", ())
    if name == "trend" and measures:
        paper.table(
            ("Outcome", "Response measure", "Value", "1 SD", "95 % interval", "Unit"),
            [
                (str(m["outcome"]), str(m["measure"]).replace("_", " "),
                 signed(m["value"]), plain(m["sd"]),
                 f"{signed(m['low'])} to {signed(m['high'])}", str(m["unit"]))
                for m in measures
            ],
            (0.16, 0.2, 0.12, 0.12, 0.25, 0.15),
        )  # fmt: skip


def _detectable(paper: Paper, judged: Judged) -> None:
    found = judged.report.get("detectable")
    if not found or not found["windows"]:
        return
    paper.heading("Detectable change by length of the window")
    windows = found["windows"]
    share = 0.66 / len(windows)
    paper.table(
        ("Transients in a window", *windows),
        [(f"{found['outcome']}, %", *(plain(change) for change in windows.values()))],
        (0.34, *(share for _ in windows)),
    )
    paper.paragraph(
        "One window against this session's reference period, 80 % power, two-sided "
        f"5 %; the SD of one transient is {plain(found['sigma_percent'])} %."
    )


def _line_width(paper: Paper, judged: Judged) -> None:
    found = judged.report["line_width"]
    if not found:
        return
    paper.heading("Line width")
    paper.paragraph(
        f"The fitted tNAA line is {plain(found['before_hz'])} Hz wide in the reference "
        f"period and {plain(found['during_hz'])} Hz during the infusion. The mean of "
        f"the reference period, changed by {signed(found['tested_hz'], 2)} Hz and "
        f"fitted again, shows a change of {judged.report['outcome']} of "
        f"{signed(found['bias_percent'], 2)} % where there is none."
    )


def _tables(paper: Paper, judged: Judged) -> None:
    r = judged.report
    paper.heading("Counts and markers")
    marks = [
        (m["kind"].replace("_", " "),
         f"{plain(m['time_s'])} s, {plain(m['distance_s'])} s from its place")
        for m in r["periods"]["markers"]
    ]  # fmt: skip
    counts = [(name.replace("_", " "), str(n)) for name, n in r["counts"].items()]
    paper.table(("", ""), [*counts, *marks], (0.3, 0.7))
    paper.heading("MRSinMRS")
    rows = [
        (f["item"], f["title"], f["value"] or "MISSING", f["origin"])
        for f in r["mrsinmrs"]
    ]
    header = ("Item", "Field", "Value", "From")
    paper.table(header, rows, (0.08, 0.24, 0.46, 0.22), lambda row: row[2] == "MISSING")
    if r["notes"]:
        paper.heading("Noticed")
        for note in r["notes"]:
            paper.paragraph(note)
    paper.heading("To make this report again", keep=2.3)
    versions = ", ".join(f"{name} {v}" for name, v in r["versions"].items())
    hashes = [
        ("input", f"{r['file']}, sha256", r["input_sha256"]),
        ("settings", f"{r['protocol']['name']}, sha256", r["settings_sha256"]),
        ("basis set", f"{r['basis']['source']}, sha256", r["basis"]["sha256"]),
    ]
    paper.table(("", "", ""), hashes, (0.13, 0.27, 0.6))
    paper.paragraph(versions)
    paper.lines_to_sign(("name", "place, date", "signature"))
