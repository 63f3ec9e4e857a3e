"""A session's report as one self-contained HTML page."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from importlib.resources import files

import jinja2

from monitor.judge.session import JudgedSession
from monitor.report import captions, digits, wording
from monitor.report.figures import SHAPES, figure_names, svg_of
from monitor.screen.number_words import DASH
from monitor.typeface import FAMILY, page_letters


@cache
def environment() -> jinja2.Environment:
    """The templates with their filters."""
    templates = jinja2.Environment(
        loader=jinja2.FunctionLoader(_template),
        autoescape=True,
        trim_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    filters = (
        "plain",
        "with_sign",
        "usual",
        "exact",
        "is_number",
        "percent",
        "with_sd",
    )
    templates.filters |= {name: getattr(digits, name) for name in filters}
    templates.filters["with_sign2"] = lambda v: digits.with_sign(v, 2)
    templates.globals |= {"wording": wording, "captions": captions, "dash": DASH}
    return templates


def _template(name: str) -> str:
    return (files("monitor.report") / "templates" / name).read_text(encoding="utf-8")


@cache
def style() -> str:
    """The style sheet, with the letters that words and figures are set in."""
    faces = (
        f'@font-face {{ font-family: "{FAMILY}"; font-weight: {weight}; '
        f"src: url(data:font/woff2;base64,{b64encode(letters).decode('ascii')}); }}\n"
        for weight, letters in page_letters().items()
    )
    return "".join(faces) + _template("style.css")


def session_page(judged: JudgedSession) -> str:
    """The page of one session."""
    report = judged.report
    figures = [
        {
            "name": name,
            "title": SHAPES[name].title,
            "caption": captions.CAPTIONS[name],
            "svg": svg_of(name, judged.drawn),
        }
        for name in figure_names(judged.drawn, report["outcome_hidden"])
    ]
    absent = dict.fromkeys(
        ("measures", "detectable", "models", "answers", "known_change")
    )
    return (
        environment()
        .get_template("session.html.j2")
        .render(r=absent | report, css=style(), figures=figures)
    )
