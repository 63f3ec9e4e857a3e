"""What the figures of all reports share: colours, style, an SVG as an element.

Nothing is shown by colour alone: points against lines, full against dashed, words at
the curves.  Blue (the fit) and grey survive a copier.
"""

from __future__ import annotations

import html
import re
from functools import cache
from typing import Any

from matplotlib.font_manager import fontManager

from monitor.typeface import FAMILY, letter_files

RANGE_PPM = (4.2, 0.5)
"""Chemical shift that spectra are drawn over, from left to right."""
INK, GREY, LIGHT, ACCENT = "#1d2126", "#646c75", "#c9ced4", "#0b5fa5"


@cache
def families() -> list[str]:
    """What words are drawn with; matplotlib knows our letters from here on."""
    for path in letter_files():
        fontManager.addfont(path)
    return [FAMILY, "sans-serif"] if letter_files() else ["sans-serif"]


STYLE: dict[Any, Any] = {
    "font.size": 9.0,
    "font.family": families(),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.linewidth": 0.7,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "legend.fontsize": 8.5,
    "svg.fonttype": "none",
    "path.simplify": True,
    "path.simplify_threshold": 0.5,
}


def inline(svg: str, title: str) -> str:
    """An SVG document as an element that scales with the page and has a name."""
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>", "", body, count=1, flags=re.S)
    body = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", body, count=1)
    body = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", body, count=1)
    label = html.escape(title, quote=True)
    return body.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1)
