"""A report on paper: A4 pages made by matplotlib's PDF writer.

matplotlib is what the figures are drawn with anyway, it writes vectors and brings its
fonts along; Qt's writer would do as well but needs libEGL, libGL and fontconfig from
the system on Linux, which a console without network may lack.

Blocks flow down the pages: headings, paragraphs, tables with wrapped cells, figures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.textpath import text_to_path

from monitor.report.drawing import GREY, INK, LIGHT, STYLE
from streams.export.atomic import replacing

A4 = (8.27, 11.69)
MARGIN, BOTTOM = 0.7, 0.7
WIDTH = A4[0] - 2 * MARGIN
SIZE = 8.0
GAP = 0.1
LEADING = 1.32 * SIZE / 72
CAPTION = 0.1 + 2 * LEADING
ROW = 0.06
"""What a row of a table is higher than its lines."""


class Paper:
    """Pages that are filled from the top; `save` writes them."""

    def __init__(self, footer: str) -> None:
        self.footer = footer
        self.pages: list[Figure] = []
        self._left = 0.0

    def heading(self, text: str, size: float = 11.0, keep: float = 0.9) -> None:
        """A heading, kept with so many inches of what follows."""
        wrapped = wrap(text, WIDTH, size, "bold")
        self._room(len(wrapped) * size * 1.35 / 72 + 0.12 + keep)
        self._skip(0.12)
        for line in wrapped:
            self._text(MARGIN, line, size, weight="bold")
            self._skip(size * 1.35 / 72)
        self._skip(0.04)

    def paragraph(self, text: str, weight: str = "normal") -> None:
        """A paragraph over the whole width."""
        lines = wrap(text, WIDTH, SIZE, weight)
        self._room(min(len(lines), 3) * LEADING)
        for line in lines:
            self._room(LEADING)
            self._text(MARGIN, line, SIZE, weight=weight)
            self._skip(LEADING)
        self._skip(0.06)

    def table(
        self,
        header: Sequence[str],
        rows: Sequence[Sequence[str]],
        shares: Sequence[float],
        bold: Callable[[Sequence[str]], bool] = lambda row: False,
    ) -> None:
        """A table; `shares` are the columns' parts of the width.

        There is no header where it is empty.
        """
        edges = [MARGIN + WIDTH * sum(shares[:i]) for i in range(len(shares))]
        limits = [WIDTH * s - GAP for s in shares]
        if header:
            self._row(header, edges, limits, "bold", GREY)
        weights = ["bold" if bold(row) else "normal" for row in rows]
        heights = [
            ROW + LEADING * max(map(len, _wrap_cells(row, limits, weight)))
            for row, weight in zip(rows, weights, strict=True)
        ]
        for i, (row, weight) in enumerate(zip(rows, weights, strict=True)):
            # the last row of a table is not left alone on a page
            needed = sum(heights[i:]) if i == len(rows) - 2 else heights[i]
            if self._is_full(needed):
                self._room(math.inf)
                if header:
                    self._row(header, edges, limits, "bold", GREY)
            self._row(row, edges, limits, weight, INK)
        self._skip(0.1)

    def pairs(self, rows: Sequence[tuple[str, str]], share: float) -> None:
        """Names and values in two columns, read downwards."""
        half = -(-len(rows) // 2)
        left, right = list(rows[:half]), [*rows[half:], ("", "")][:half]
        beside = [(*a, *b) for a, b in zip(left, right, strict=True)]
        self.table((), beside, (share, 0.5 - share, share, 0.5 - share))

    def _row(
        self,
        cells: Sequence[str],
        edges: Sequence[float],
        limits: Sequence[float],
        weight: str,
        color: str,
    ) -> None:
        wrapped = _wrap_cells(cells, limits, weight)
        height = max(len(lines) for lines in wrapped) * LEADING
        self._room(height + ROW)
        for x, lines in zip(edges, wrapped, strict=True):
            for i, line in enumerate(lines):
                self._text(x, line, SIZE, weight, color, i * LEADING)
        self._skip(height + 0.02)
        self._rule()
        self._skip(0.035)

    def figure(
        self, height: float, draw: Callable[[Figure, tuple[float, ...]], None]
    ) -> None:
        """Room of a height in inches, drawn into by left, bottom, width, height.

        Two lines of what follows, its caption, stay on the same page.
        """
        self._room(height + CAPTION)
        low = (self._left - height) / A4[1]
        box = (MARGIN / A4[0], low, WIDTH / A4[0], height / A4[1])
        draw(self.pages[-1], box)
        self._skip(height + 0.08)

    @property
    def left(self) -> float:
        """Inches that are left on the page."""
        return self._left - BOTTOM if self.pages else 0.0

    def lines_to_sign(self, names: Sequence[str]) -> None:
        """Places for name, date and signature."""
        self._room(1.0)
        self._skip(0.65)
        part = WIDTH / len(names)
        for i, name in enumerate(names):
            x = MARGIN + i * part
            self._rule(x, x + 0.88 * part, INK)
            self._text(x, name, SIZE, color=GREY, down=0.04)
        self._skip(0.3)

    def save(self, path: Path) -> None:
        """Write the PDF.

        Raises
        ------
        InputError : it cannot be written
        """
        for number, page in enumerate(self.pages, 1):
            line = f"{self.footer}   page {number} of {len(self.pages)}"
            page.text(MARGIN / A4[0], 0.45 / A4[1], line, fontsize=7, color=GREY)
        with (
            replacing(path) as file,
            PdfPages(file, metadata={"CreationDate": None}) as pdf,
        ):
            for page in self.pages:
                pdf.savefig(page)

    def _text(
        self,
        x: float,
        text: str,
        size: float,
        weight: str = "normal",
        color: str = INK,
        down: float = 0.0,
    ) -> None:
        at = (self._left - down) / A4[1]
        self.pages[-1].text(
            x / A4[0],
            at,
            text,
            fontsize=size,
            weight=weight,
            color=color,
            va="top",
            parse_math=False,
        )

    def _rule(
        self, low: float = MARGIN, high: float = MARGIN + WIDTH, color: str = LIGHT
    ) -> None:
        y = self._left / A4[1]
        line = Line2D([low / A4[0], high / A4[0]], [y, y], lw=0.5, color=color)
        self.pages[-1].add_artist(line)

    def _room(self, height: float) -> None:
        """Begin a page where so many inches are not left."""
        if self._is_full(height):
            self.pages.append(Figure(figsize=A4))
            self._left = A4[1] - MARGIN

    def _is_full(self, height: float) -> bool:
        return not self.pages or self._left - height < BOTTOM

    def _skip(self, height: float) -> None:
        self._left -= height


def _wrap_cells(
    cells: Sequence[str], limits: Sequence[float], weight: str
) -> list[list[str]]:
    """Lines of each cell of a row."""
    return [
        [
            part
            for line in str(cell).split("\n")
            for part in wrap(line, limit, SIZE, weight)
        ]
        for cell, limit in zip(cells, limits, strict=True)
    ]


def wrap(text: str, width: float, size: float, weight: str) -> list[str]:
    """Lines of at most so many inches, one at least; a longer word is broken.

    A "%" stays beside its number.
    """
    lines, line = list[str](), ""
    for word in _words(text):
        joined = f"{line} {word}".strip()
        if line and width_of(joined, size, weight) > width:
            lines.append(line)
            joined = word
        while width_of(joined, size, weight) > width and len(joined) > 1:
            count = _longest(joined, width, size, weight)
            lines.append(joined[:count])
            joined = joined[count:]
        line = joined
    return [*lines, line] if line or not lines else lines


def _words(text: str) -> list[str]:
    """Words of a text, a "%" with the number before it."""
    words = list[str]()
    for word in text.split():
        if words and word.startswith("%"):
            words[-1] += f" {word}"
        else:
            words.append(word)
    return words


def _longest(word: str, width: float, size: float, weight: str) -> int:
    """How many letters of a word fit, one at least."""
    fits = (
        n for n in range(len(word), 1, -1) if width_of(word[:n], size, weight) <= width
    )
    return next(fits, 1)


@lru_cache(4096)
def width_of(text: str, size: float, weight: str) -> float:
    """Width of a line in inches."""
    font = FontProperties(size=size, weight=weight)
    width, _, _ = text_to_path.get_text_width_height_descent(text, font, False)
    return float(width) / 72


def height_of(section: Callable[..., None], *about: object) -> float:
    """Inches that a section without figures takes on a page of its own."""
    alone = Paper("")
    alone.paragraph("")
    before = alone.left
    section(alone, *about)
    return before - alone.left if len(alone.pages) == 1 else math.inf


def paper_style() -> dict[Any, Any]:
    """The style of the figures with letters that are embedded."""
    return STYLE | {"pdf.fonttype": 42, "font.size": 8.0, "legend.fontsize": 7.0}


def on_paper(make: Callable[[], Paper], path: Path) -> None:
    """Make and write pages in the style of the reports."""
    with mpl.rc_context(paper_style()):
        make().save(path)
