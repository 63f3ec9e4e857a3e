"""A session's report as one self-contained HTML page."""

from __future__ import annotations

import math
from functools import cache
from importlib.resources import files
from typing import Any

import jinja2

from monitor.qc.one import Judged, Report
from monitor.report.figures import SHAPES, names_for, svg_of

DASH = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"

CAPTIONS = {
    "trend": "Change from the reference period. Points: independent windows with 95 % "
    "intervals. Dashed: sliding window, whose points are correlated. Band: tracker, "
    "smoothed over the whole session. Hatched: infusion.",
    "spectra": "Real part, thin: data; thick: fit; dashed: baseline; residual above, "
    "on the same scale. Both on the height of the tallest line before the infusion.",
    "waterfalls": "Spectra of the transients against time, dark is high; dashed lines "
    "are events.",
    "traces": "Every transient; dashed lines are the limits of the protocol. Shift is "
    "positive towards higher ppm.",
}


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


@cache
def environment() -> jinja2.Environment:
    """The templates with their filters."""
    found = jinja2.Environment(
        loader=jinja2.FunctionLoader(_template),
        autoescape=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    found.filters |= {"plain": plain, "signed": signed, "exact": exact}
    found.filters |= {"signed2": lambda v: signed(v, 2)}
    found.filters |= {"known": known}
    return found


def _template(name: str) -> str:
    return (files("monitor.report") / "templates" / name).read_text(encoding="utf-8")


def style() -> str:
    """The style sheet."""
    return _template("style.css")


def session_page(judged: Judged) -> str:
    """The page of one session."""
    report = judged.report
    figures = [
        {
            "name": name,
            "title": SHAPES[name][1],
            "caption": CAPTIONS[name],
            "svg": svg_of(name, judged.drawn),
        }
        for name in names_for(judged.drawn, report["outcome_hidden"])
    ]
    filled = {"measures": None, "detectable": None} | report
    return environment().get_template("session.html.j2").render(
        r=filled, css=style(), figures=figures, acquisition=acquisition_rows(report)
    )  # fmt: skip


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
    rows = [
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
        ("outcome", "hidden" if report["outcome_hidden"] else report["outcome"]),
    ]
    return rows
