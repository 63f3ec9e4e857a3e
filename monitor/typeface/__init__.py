"""The letters that the window, the rendered screen and the figures are drawn with.

Inter comes with the program, so that every machine draws the same page; what it has
no sign for is taken from DejaVu, which comes with matplotlib.  How the files were made
is in `README.md` here, why they come along in `docs/decisions/0006-typeface.md`.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

FAMILY, SIGNS = "MRS Inter", "DejaVu Sans"
FAMILIES = [FAMILY, "Inter", "Segoe UI", "Noto Sans", SIGNS, "Arial"]


def letter_files() -> list[Path]:
    """Files of the typeface, regular and bold."""
    return sorted(Path(__file__).parent.glob("*.ttf"))


def page_letters() -> dict[int, bytes]:
    """By weight, the letters that a page in a browser brings along (WOFF2)."""
    names = {400: "page-Regular.woff2", 700: "page-Bold.woff2"}
    return {w: (Path(__file__).parent / n).read_bytes() for w, n in names.items()}


def sign_files() -> list[Path]:
    """Files of matplotlib's typeface, which has the signs that ours has not."""
    found = find_spec("matplotlib")
    if found is None or found.origin is None:
        return []
    folder = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"
    names = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
    return [folder / name for name in names if (folder / name).is_file()]
