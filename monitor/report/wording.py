"""Cells and sentences of a session's report, the same on the page and on paper."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from monitor.analysis.note import Note, NoteKind, notes_of
from monitor.analysis.preparation.quality import COUNTING_WEIGHT
from monitor.analysis.tracking.finding import Finding, unproven_words
from monitor.judge.criteria import Verdict, criteria_of
from monitor.report.digits import (
    MOST_DECIMALS,
    UNMEASURED,
    USUAL_DECIMALS,
    decimals_of,
    decimals_with,
    is_number,
    plain,
    with_sd,
    with_sign,
)
from monitor.run.result import Result
from monitor.screen.number_words import DASH

Report = Mapping[str, Any]
DEFAULT = "default"
COUNTS = {
    "transients": "transients",
    "excluded": "excluded (weight 0)",
    "down_weighted": f"weight above 0, under {COUNTING_WEIGHT:g}",
    "flagged": "with a flag",
    "missing": "missing, by the scanner's counter",
    "unusable": "of them came, and could not be used",
    "doubled": "came twice",
    "water_references": "water references",
    "water_references_left_out": "water references left out",
    "epochs": "epochs",
    "windows": "windows",
    "independent_windows": "of them independent",
    "not_converged": "not converged",
    "missing_messages": "messages missing in the recording",
    "refused_messages": "messages refused",
}


def measured_text(criterion: Report) -> str:
    """The measured value with its unit, rounded to keep its side of the limit."""
    value, limit = criterion["measured"], criterion["limit"]
    if not is_number(value):
        return DASH
    for digits in range(3, MOST_DECIMALS + 1):
        most = USUAL_DECIMALS if digits == 3 else MOST_DECIMALS
        shown = round(value, decimals_of(value, digits, most))
        if not is_number(limit) or _keeps(criterion, shown) == _keeps(criterion, value):
            break
    text = f"{shown:.{decimals_of(value, digits, most)}f}" if shown else "< 0.01"
    return f"{text if value else '0'} {_unit(criterion)}".strip()


def _keeps(criterion: Report, value: float) -> bool:
    limit: float = criterion["limit"]
    return value >= limit if criterion["sense"] == ">=" else value <= limit


def limit(criterion: Report) -> str:
    """The limit with its sense and unit."""
    if not is_number(criterion["limit"]):
        return "none"
    above = criterion["sense"] == ">="
    sense = "\N{GREATER-THAN OR EQUAL TO}" if above else "\N{LESS-THAN OR EQUAL TO}"
    return f"{sense} {criterion['limit']:.4g} {_unit(criterion)}".strip()


def outside(missed: Sequence[Report]) -> str:
    """Missed criteria in one sentence, in letters that any terminal has."""
    parts = [
        f"{c['title']} {measured_text(c)} "
        f"(at {'least' if c['sense'] == '>=' else 'most'} {c['limit']:.4g})"
        for c in missed
    ]
    return f"Outside the limits of the protocol: {', '.join(parts)}." if missed else ""


def limits_missed(result: Result) -> tuple[Note, ...]:
    """The criteria of the protocol that a session misses, in one sentence, if any."""
    judged = criteria_of(result) if result.qualities else ()
    missed = [asdict(c) for c in judged if c.verdict == Verdict.MISSED]
    return notes_of(NoteKind.LIMITS, [outside(missed)])


def _unit(criterion: Report) -> str:
    return "x NAA" if criterion["unit"] == "NAA heights" else criterion["unit"]


def interval(m: Report) -> str:
    """LOW to HIGH of a measure with signs, to the decimals of its value."""
    if not is_number(m["low"]):
        return UNMEASURED
    decimals = decimals_with(m["sd"])
    return f"{with_sign(m['low'], decimals)} to {with_sign(m['high'], decimals)}"


def measure_table(measures: Sequence[Report]) -> tuple[list[str], list[list[Any]]]:
    """Header, and a row for each outcome: its name and its measures in order."""
    header, rows = ["Outcome"], dict[str, list[Any]]()
    for m in measures:
        title = f"{m['measure'].replace('_', ' ').capitalize()} / {m['unit']}"
        if title not in header:
            header.append(title)
        rows.setdefault(m["outcome"], [m["outcome"]]).append(m)
    return header, list(rows.values())


def model_header(rows: Sequence[Report]) -> list[str]:
    """Titles of the table of response models."""
    return [
        "Response model",
        "Probability",
        "\N{GREEK CAPITAL LETTER DELTA} BIC",
        "\N{GREEK CAPITAL LETTER DELTA} AICc",
        "p",
        "Shape",
        f"{rows[0]['outcome']} at the end / %",
        "Its largest / %",
    ]


def model_change(row: Report, which: str) -> str:
    """The change of a response model, `end` or `largest`, and its SD."""
    if not row["parameters"]:
        return "none"
    return with_sd(row[f"{which}_percent"], row[f"{which}_sd_percent"])


def answer_sentence(answer: Report) -> str:
    """The sequential answer in words, with its time or what would have been seen."""
    since, found = answer["since_min"], Finding(answer["finding"])
    if found.proven:
        return f"{found.value}, first said at {with_sign(since)} min"
    return unproven_words(found, answer["least_seen_percent"])


def likelihood(answer: Report) -> str:
    """How much likelier a change is than none."""
    log = answer["log_evidence"]
    if log > math.log(1000):
        return "> 1000"
    return "< 0.001" if log < math.log(0.001) else plain(math.exp(log), 2)


def detectable_sentence(report: Report) -> str:
    """What the table of detectable changes shows."""
    sigma = plain(report["detectable"]["sigma_percent"])
    target = f"{report['settings']['reference_target_percent']:.4g}"
    return (
        "One window, or the mean over the whole infusion (the criterion above), "
        "against this session's reference period; 80 % power, two-sided 5 %, in one "
        "look at the end: to be seen however often one looks takes more, which is what "
        "the answer above and the window name. The SD "
        f"of one transient is {sigma} %. The protocol asks for {target} %."
    )


def line_width_sentence(report: Report) -> str:
    """How the line width changed, and what that would fake."""
    width = report["line_width"]
    change = width["during_hz"] - width["before_hz"]
    word = "broader" if change > 0 else "narrower"
    tested = ""
    if abs(width["tested_hz"] - change) > 1e-9:
        least = f"{abs(width['tested_hz']):.2g}"
        tested = f" (taken as {least} Hz, the least that is tested)"
    return (
        f"The fitted tNAA line of the mean of the reference period is "
        f"{plain(width['before_hz'])} Hz wide, that of the mean of the infusion "
        f"{abs(change):.2f} Hz {word}. The mean of the reference period, changed by as "
        f"much{tested} and fitted again, shows a change of {report['outcome']} of "
        f"{with_sign(width['bias_percent'], 2)} % where there is none."
    )


def protocol_line(report: Report) -> str:
    """Whose limits the criteria have, and where the session came from."""
    named = report["protocol"]
    line = f"Protocol {named['title'] or named['name']}"
    if named["name"] == DEFAULT:
        line = "No protocol fits or was named: the default limits, meant for 3 T"
    return "; ".join(filter(None, (line, report["source"] or report["origin"])))


def acquisition_rows(report: Report) -> list[tuple[str, str]]:
    """Acquisition and settings in words."""
    a, s = report["acquisition"], report["settings"]
    voxel = " x ".join(f"{e:g}" for e in a["voxel_mm"]) + " mm" if a["voxel_mm"] else ""
    te = f"TE {1e3 * a['echo_time_s']:g} ms"
    tr = f", TR {1e3 * a['repetition_time_s']:g} ms" if a["repetition_time_s"] else ""
    outcome = "hidden" if report["outcome_hidden"] else report["outcome"]
    coils = str(a["coils"]) if a["coils"] > 1 else "1, or combined before"
    return [
        ("sequence", f"{a['sequence'] or 'not named'}, {te}{tr}"),
        ("scanner", " ".join(filter(None, (a["vendor"], a["model"]))) or "not named"),
        ("frequency", f"{a['spectrometer_frequency_mhz']:.3f} MHz, {a['nucleus']}"),
        ("volume", voxel or "not named"),
        ("points", f"{a['points']} of {1e3 * a['dwell_time_s']:g} ms"),
        ("coils", coils),
        ("duration", f"{report['periods']['duration_s'] / 60:.1f} min"),
        ("reference period", _period(report, "reference_s")),
        ("infusion", _period(report, "infusion_s")),
        ("windows", f"{s['window']} transients, a new one every {s['step']}"),
        ("outcome", outcome),
    ]


def _period(report: Report, name: str) -> str:
    """A period in minutes as in the figures, and in seconds of the scanner's clock."""
    period, zero_s = report["periods"][name], report["periods"]["zero_s"]
    if not period:
        return "none"
    low, high = (with_sign((s - zero_s) / 60) for s in period)
    return f"{low} to {high} min ({period[0]:g} to {period[1]:g} s)"


def count_rows(report: Report) -> list[tuple[str, str]]:
    """Counts, and each marker with its distance from its place in the stream."""
    counts = [
        (COUNTS[name], "not seen in such a file" if n is None else str(n))
        for name, n in report["counts"].items()
    ]
    marks = []
    for m in report["periods"]["markers"]:
        by = f", by {m['author']}" if m["author"] else ""
        text = (
            f"{plain(m['time_s'])} s{by}, {plain(m['distance_s'])} s from its place in "
            f"the stream{'' if m['holds'] else '; it does not hold'}"
        )
        marks.append((m["kind"].replace("_", " "), text))
    return [*counts, *marks]


def hash_rows(report: Report) -> list[tuple[str, str, str]]:
    """What the report was made from, each with its SHA-256."""
    program = f"mrs-monitor {report['versions']['mrs-monitor']}, all files"
    rows = [
        ("input", report["session"], report["input_sha256"]),
        *_file_rows(report.get("files", [])),
        ("water reference", "given file", report["water_sha256"]),
        ("settings", report["protocol"]["name"], report["settings_sha256"]),
        ("basis set", report["basis"]["source"], report["basis"]["sha256"]),
        ("program", program, report["program_sha256"]),
    ]
    return [row for row in rows if row[2]]


def _file_rows(files: Sequence[Report]) -> list[tuple[str, str, str]]:
    """Each file of a joined session: its place, its gap and its SHA-256."""
    rows = []
    for number, file in enumerate(files, 1):
        told = (
            f"{file['transients']} transients, {file['t_start_s']:.1f} to "
            f"{file['t_end_s']:.1f} s"
        )
        if file["gap_s"] is not None:
            gap = f"{file['gap_s']:.1f} s after the one before"
            told += f", {gap} by {file['placed_by']}"
        rows.append((f"file {number} of {len(files)}", told, file["sha256"]))
    return rows


def version_line(report: Report) -> str:
    """Versions of the program and its libraries."""
    return ", ".join(f"{name} {v}" for name, v in report["versions"].items())
