"""Numbers and sentences of a session's report, the same on the page and on paper."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

Report = Mapping[str, Any]
DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
UNMEASURED = "not measured"

CAPTIONS = {
    "trend": "Change from the reference period. Points: independent windows with 95 % "
    "intervals. Dashed: sliding window, whose points are correlated. Line in a band: "
    "tracker, smoothed over the whole session. Hatched: infusion.",
    "models": "The likeliest response models, each fitted to all transients at once, "
    "and the independent windows with 95 % intervals.",
    "spectra": "Real part, thin: data; thick: fit; dashed: baseline; residual above, "
    "on the same scale. Both on the height of the tallest line before the infusion.",
    "waterfalls": "Spectra of the transients against time, dark is high; dashed lines "
    "are events.",
    "traces": "Every transient; dashed lines are the limits of the protocol. Shift is "
    "positive towards higher ppm.",
}
MEASURES_NOTE = (
    "Value (1 SD) and 95 % interval. Mean and plateau are those of the independent "
    "windows whose middle lies in the infusion and in its last third. The windows "
    "share one reference period; its error is in every SD. The peak is that of a "
    "smoothed course, less what noise alone would add, and needs three windows. An "
    "interval that leaves zero out is no proof of a response."
)
MODELS_NOTE = (
    "Criterion: the probability of a model among these, half of the prior being on "
    "no change and the responses sharing the rest; beside it BIC, p ln n - 2 ln L with "
    "p fitted numbers and n transients, and AICc, as distances from the best. The "
    "report chooses none. SDs hold the uncertainty of the shape, not that of the "
    "choice of model."
)
ANSWER_NOTE = (
    "Asked after every transient since the infusion began, of the mean change since "
    "then; the chance of ever saying that it changed where nothing does is at most 5 % "
    "for each outcome, however often one looks. The interval is right for all looks at "
    "once."
)
ANSWER_HEADER = (
    "Outcome",
    "Answer",
    "Mean since the infusion began / %",
    "95 %, right at all times / %",
)
DISCLAIMER = "Research software: no clinical advice."


def plain(value: Any, digits: int = 3) -> str:
    """Number with so many significant digits, a dash where there is none."""
    if value is None or not math.isfinite(value):
        return DASH
    if value == 0:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(decimals, 6)}f}".replace("-", MINUS)


def signed(value: Any, decimals: int = 1) -> str:
    """Number with its sign."""
    if value is None or not math.isfinite(value):
        return DASH
    text = f"{abs(value):.{decimals}f}"
    if float(text) == 0:
        return text
    return ("+" if value > 0 else MINUS) + text


def exact(value: Any) -> str:
    """The number as it stands in CSV and JSON; empty where it is not finite."""
    return "" if value is None or not math.isfinite(value) else repr(float(value))


def known(value: Any) -> bool:
    """Whether there is a number."""
    return value is not None and math.isfinite(value)


def measured(criterion: Report) -> str:
    """What was measured, with its unit."""
    if not known(criterion["measured"]):
        return DASH
    return f"{plain(criterion['measured'])} {_unit(criterion)}".strip()


def limit(criterion: Report) -> str:
    """The limit with its sense and unit."""
    if not known(criterion["limit"]):
        return "none"
    above = criterion["sense"] == ">="
    sense = "\N{GREATER-THAN OR EQUAL TO}" if above else "\N{LESS-THAN OR EQUAL TO}"
    return f"{sense} {plain(criterion['limit'])} {_unit(criterion)}".strip()


def _unit(criterion: Report) -> str:
    return "x NAA" if criterion["unit"] == "NAA heights" else criterion["unit"]


def interval(low: Any, high: Any) -> str:
    """LOW to HIGH with signs; says so where there is none."""
    return f"{signed(low)} to {signed(high)}" if known(low) else UNMEASURED


def measure_table(measures: Sequence[Report]) -> tuple[list[str], list[list[Any]]]:
    """Header, and a row for each outcome: its name and its measures in order."""
    header, rows = ["Outcome"], dict[str, list[Any]]()
    for m in measures:
        title = f"{m['measure'].replace('_', ' ')} / {m['unit']}"
        if title not in header:
            header.append(title)
        rows.setdefault(m["outcome"], [m["outcome"]]).append(m)
    return header, list(rows.values())


def measure_value(m: Report) -> str:
    """VALUE (SD)."""
    if not known(m["value"]):
        return UNMEASURED
    return f"{signed(m['value'])} ({plain(m['sd'], 2)})"


def model_header(rows: Sequence[Report]) -> list[str]:
    """Titles of the table of response models."""
    return [
        "Response model",
        "Probability",
        "\N{GREEK CAPITAL LETTER DELTA} BIC",
        "\N{GREEK CAPITAL LETTER DELTA} AICc",
        "p",
        "Shape",
        f"{rows[0]['outcome']} at its end / %",
        "Largest / %",
    ]


def percent(share: float) -> str:
    """A probability in percent; what rounds to 0 or 100 is said to be less or more."""
    if share < 0.001:
        return "< 0.1 %"
    return "> 99.9 %" if share > 0.999 else f"{100 * share:.1f} %"


def model_change(row: Report, which: str) -> str:
    """The change of a response model, `end` or `largest`, and its SD."""
    if not row["parameters"]:
        return "none"
    value, sd = row[f"{which}_percent"], row[f"{which}_sd_percent"]
    return f"{signed(value)} ({plain(sd, 2)})"


def answer_sentence(answer: Report) -> str:
    """The sequential answer in words, with its time."""
    since = answer["since_min"]
    if since is None:
        return "no change shown"
    return f"changed, first said at {signed(since)} min"


def detectable_sentence(report: Report) -> str:
    """What the table of detectable changes holds."""
    sigma = plain(report["detectable"]["sigma_percent"])
    target = plain(report["settings"]["reference_target_percent"])
    return (
        "One window against this session's reference period, 80 % power, two-sided "
        f"5 %; the SD of one transient is {sigma} %. The protocol asks for {target} %."
    )


def line_width_sentence(report: Report) -> str:
    """Line widths, and what their difference would fake."""
    found = report["line_width"]
    return (
        f"The fitted tNAA line is {plain(found['before_hz'])} Hz wide in the reference "
        f"period and {plain(found['during_hz'])} Hz during the infusion. The mean of "
        f"the reference period, changed by {signed(found['tested_hz'], 2)} Hz and "
        f"fitted again, shows a change of {report['outcome']} of "
        f"{signed(found['bias_percent'], 2)} % where there is none."
    )


def acquisition_rows(report: Report) -> list[tuple[str, str]]:
    """Acquisition and settings in words."""
    a, s = report["acquisition"], report["settings"]
    voxel = " x ".join(f"{e:g}" for e in a["voxel_mm"]) + " mm" if a["voxel_mm"] else ""
    te = f"TE {1e3 * a['echo_time_s']:g} ms"
    tr = f", TR {1e3 * a['repetition_time_s']:g} ms" if a["repetition_time_s"] else ""
    reference, infusion = (
        f"{period[0]:g} to {period[1]:g} s" if period else "none"
        for period in (
            report["periods"]["reference_s"],
            report["periods"]["infusion_s"],
        )
    )
    outcome = "hidden" if report["outcome_hidden"] else report["outcome"]
    return [
        ("sequence", f"{a['sequence'] or 'not named'}, {te}{tr}"),
        ("scanner", " ".join(filter(None, (a["vendor"], a["model"]))) or "not named"),
        ("frequency", f"{a['spectrometer_frequency_mhz']:.3f} MHz, {a['nucleus']}"),
        ("volume", voxel or "not named"),
        ("points", f"{a['points']} of {1e3 * a['dwell_time_s']:g} ms"),
        ("coils", str(a["coils"])),
        ("duration", f"{report['periods']['duration_s'] / 60:.1f} min"),
        ("reference period", reference),
        ("infusion", infusion),
        ("windows", f"{s['window']} transients, every {s['step']}"),
        ("outcome", outcome),
    ]


def count_rows(report: Report) -> list[tuple[str, str]]:
    """Counts, and each marker with its distance from its place in the stream."""
    counts = [(n.replace("_", " "), str(v)) for n, v in report["counts"].items()]
    marks = []
    for m in report["periods"]["markers"]:
        by = f", by {m['author']}" if m["author"] else ""
        text = (
            f"{plain(m['time_s'])} s{by}, {plain(m['distance_s'])} s from its place in "
            "the stream"
        )
        marks.append((m["kind"].replace("_", " "), text))
    return [*counts, *marks]


def hash_rows(report: Report) -> list[tuple[str, str, str]]:
    """What the report was made from, each with its SHA-256."""
    program = f"mrs-monitor {report['versions']['mrs-monitor']}, all files"
    rows = [
        ("input", report["file"], report["input_sha256"]),
        ("water reference", "given file", report["water_sha256"]),
        ("settings", report["protocol"]["name"], report["settings_sha256"]),
        ("basis set", report["basis"]["source"], report["basis"]["sha256"]),
        ("program", program, report["program_sha256"]),
    ]
    return [row for row in rows if row[2]]


def version_line(report: Report) -> str:
    """Versions of the program and its libraries."""
    return ", ".join(f"{name} {v}" for name, v in report["versions"].items())
