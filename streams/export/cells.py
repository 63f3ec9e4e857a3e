"""Cells of tables that a spreadsheet takes for text, whatever stands in them.

Spreadsheets take a cell that begins with = + - @, a tab or a return for a formula, and
may run it.  An apostrophe in front makes it text (OWASP, "CSV Injection").  Numbers
keep their sign: they are no formula.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|[+-]?(inf|nan)")
_NAME = re.compile(r"[+-]\w+(/\w+)*")


def text_cell(text: str) -> str:
    """A text as the cell of a table."""
    if not _FORMULA.match(text) or _NUMBER.fullmatch(text):
        return text
    return f"'{text}"


def name_cell(name: str) -> str:
    """A column's name; that of a metabolite (-CrCH2) calls nothing and stays."""
    return name if _NAME.fullmatch(name) else text_cell(name)
