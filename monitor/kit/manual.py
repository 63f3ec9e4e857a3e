"""The manual as a PDF: text with `# ` headings, and the table of settings in it."""

from __future__ import annotations

from pathlib import Path

from monitor.chain.parameters import PARAMETERS, Parameter
from monitor.kit.label import kind_of
from monitor.kit.names import package_name
from monitor.report.paper import Paper, on_paper

TABLE = "@parameters"
TITLE, HEADING = 14.0, 11.0


def write_manual(text: str, path: Path) -> None:
    """Lay a text out on pages."""
    on_paper(lambda: _pages(text), path)


def _pages(text: str) -> Paper:
    paper = Paper(package_name())
    size = TITLE
    for line in filter(None, (line.strip() for line in text.splitlines())):
        if line.startswith("# "):
            paper.heading(line[2:], size)
            size = HEADING
        elif line == TABLE:
            header = ("Setting", "Id", "Default", "What it is")
            rows = [_row(parameter) for parameter in PARAMETERS]
            paper.table(header, rows, (0.17, 0.14, 0.14, 0.55))
        else:
            paper.paragraph(line.replace("`", ""))
    return paper


def _row(parameter: Parameter) -> tuple[str, str, str, str]:
    about, kind = parameter.information, kind_of(parameter)
    if kind in ("int", "double"):
        about += f" {parameter.low:g} to {parameter.high:g}."
    elif kind == "choice":
        about += f" One of {', '.join(i for i, _ in parameter.values)}."
    default = f"{parameter.default} {parameter.unit}".strip() or "(empty)"
    return parameter.label, parameter.id, default, about
