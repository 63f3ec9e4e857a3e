"""Colours, sizes and the application-wide style.

The dark palette was checked for contrast (WCAG) and for three kinds of colour
blindness; one accent belongs to the outcome and the fit, amber to attention alone.
There is no red, nothing flashes.  Sizes are in pixels of a page 1080 high and grow or
shrink with the window; no text goes below `LEAST_TEXT_PX` at 96 dots per inch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from PyQt6.QtGui import QColor, QFont, QFontMetricsF, QPalette, QPen

from monitor.typeface import FAMILIES

LEAST_TEXT_PX = 17
PLOT_TEXT = 20  # of axes
CRAMPED = 0.75  # size of that text over the least, below which some of it must go
PAGE = (1920, 1080)


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by what they stand for, as "#rrggbb"."""

    ground: str
    panel: str
    rule: str
    text: str
    secondary: str
    measured: str
    accent: str
    baseline: str
    attention: str
    on_attention: str
    attention_text: str
    map_low: str
    map_high: str


DARK = Palette(
    ground="#1E2124",
    panel="#2A2D31",
    rule="#3A3F45",
    text="#E6E8EA",
    secondary="#A9AFB6",
    measured="#B8BEC6",
    accent="#56B4E9",
    baseline="#7F868E",
    attention="#F0C000",
    on_attention="#1E2124",
    attention_text="#F0C000",
    map_low="#1E2124",
    map_high="#E6E8EA",
)
LIGHT = Palette(
    ground="#F4F5F6",
    panel="#FFFFFF",
    rule="#C9CED3",
    text="#1E2124",
    secondary="#4A5057",
    measured="#4A5057",
    accent="#005B9A",
    baseline="#80868C",
    attention="#F0C000",
    on_attention="#1E2124",
    attention_text="#7A5C00",
    map_low="#FFFFFF",
    map_high="#1E2124",
)
THEMES = {"dark": DARK, "light": LIGHT}


@dataclass(frozen=True, slots=True)
class Theme:
    """A palette at the size of a window; `unit` is 1 on a page of 1920 x 1080."""

    palette: Palette
    unit: float
    dots: float = 1.0  # logical dots per inch over 96

    @property
    def cramped(self) -> bool:
        """Whether text takes so much of the page that some of it must go."""
        return PLOT_TEXT * self.unit < CRAMPED * LEAST_TEXT_PX * self.dots

    @property
    def tight(self) -> bool:
        """Whether lines of text are already higher than their share of the page."""
        return PLOT_TEXT * self.unit < LEAST_TEXT_PX * self.dots

    def px(self, size: float) -> int:
        """Length in pixels."""
        return max(1, round(size * self.unit))

    def text_px(self, size: float) -> int:
        """Height of text in pixels, never below what can be read at the seat."""
        return max(round(LEAST_TEXT_PX * self.dots), self.px(size))

    def font(self, size: float, bold: bool = False) -> QFont:
        """Font of a height given for a page 1080 high."""
        font = QFont()
        font.setFamilies(FAMILIES)
        font.setPixelSize(self.text_px(size))
        font.setBold(bold)
        font.setFeature(QFont.Tag(b"tnum"), 1)  # digits of one width: nothing jumps
        return font

    def pen(self, colour: str, width: float = 1.0, alpha: int = 255) -> QPen:
        """Cosmetic pen; a width of 1 stays the fast path of pyqtgraph."""
        shade = QColor(colour)
        shade.setAlpha(alpha)
        pen = QPen(shade)
        pen.setCosmetic(True)
        pen.setWidthF(1.0 if width <= 1 else max(1.0, width * self.unit))
        return pen

    def line_px(self, size: float, bold: bool = False) -> int:
        """Height of a line of text, with room above and below the letters."""
        return math.ceil(QFontMetricsF(self.font(size, bold)).height())

    @property
    def bottom_axis(self) -> int:
        """Height of an axis with numbers and, where there is room, a label."""
        lines = 1 if self.cramped else 2
        return lines * self.line_px(PLOT_TEXT) + self.px(14)

    @property
    def left_axis(self) -> int:
        """Width of the left axis of everything on the time axis."""
        return round(QFontMetricsF(self.font(22)).horizontalAdvance("−100") * 1.75)

    @property
    def right_axis(self) -> int:
        """Width of the right axis: value now, or names of components."""
        return round(
            QFontMetricsF(self.font(22)).horizontalAdvance("▲ −12.5 Hz") * 1.08
        )


def theme_for(width: int, height: int, palette: Palette, dots: float = 1.0) -> Theme:
    """Theme whose sizes fit a page of this many pixels."""
    return Theme(palette, min(width / PAGE[0], height / PAGE[1]), dots)


def mixed(a: str, b: str, share: float) -> str:
    """Colour between two, `share` of the way from `a` to `b`."""
    one, two = QColor(a), QColor(b)
    parts = (
        round(x + share * (y - x))
        for x, y in zip(one.getRgb()[:3], two.getRgb()[:3], strict=True)
    )
    return QColor(*parts).name()


def qt_palette(palette: Palette) -> QPalette:
    """Colours of what Qt opens outside of the page: lists of names that fit, dialogs.

    Such a list has no parent, so that the page's style sheet does not reach it.
    """
    p, role, made = palette, QPalette.ColorRole, QPalette()
    for colour, roles in (
        (p.ground, (role.Window, role.Base, role.ToolTipBase, role.HighlightedText)),
        (p.panel, (role.Button, role.AlternateBase)),
        (p.text, (role.WindowText, role.Text, role.ButtonText, role.ToolTipText)),
        (p.text, (role.Highlight,)),
        (p.secondary, (role.PlaceholderText,)),
    ):
        for one in roles:
            made.setColor(one, QColor(colour))
    return made


def style_sheet(theme: Theme) -> str:
    """Style of the whole page; widgets are told apart by `role` and `state`."""
    p = theme.palette
    radius, pad = theme.px(6), theme.px(10)
    families = ", ".join(f'"{family}"' for family in FAMILIES)
    return f"""
    QWidget {{ background: transparent; color: {p.text}; }}
    QWidget#page, QMessageBox, QDialog {{ background: {p.ground}; }}
    QFrame[role="panel"] {{ background: {p.panel}; border-radius: {radius}px; }}
    QFrame[role="sheet"] {{ background: {p.panel}; border-radius: {radius}px;
        border: {theme.px(2)}px solid {p.secondary}; }}
    QFrame[role="sheet"] QLabel {{ border: 0; }}
    QFrame[role="sheet"] QSpinBox, QFrame[role="sheet"] QPlainTextEdit {{
        font-size: {theme.text_px(24)}px; font-family: {families}; }}
    QLabel[role="secondary"] {{ color: {p.secondary}; }}
    QLabel[role="accent"] {{ color: {p.accent}; }}
    QFrame[state="old"] QLabel {{ color: {p.baseline}; }}
    QFrame[state="attention"] {{ background: {p.attention}; }}
    QFrame[state="attention"] QLabel {{ color: {p.on_attention}; }}
    QPushButton {{ background: {p.panel}; color: {p.text}; padding: 0 {pad}px;
        border: {theme.px(2)}px solid {p.rule}; border-radius: {radius}px; }}
    QPushButton:hover {{ background: {p.rule}; }}
    QPushButton:pressed, QPushButton:checked {{
        background: {p.rule}; border-color: {p.text}; }}
    QPushButton:focus {{ border-color: {p.accent}; }}
    QPushButton:disabled {{ color: {p.baseline}; }}
    QComboBox {{ background: {p.panel}; border: {theme.px(2)}px solid {p.rule};
        border-radius: {radius}px; padding: 0 {pad}px; }}
    QComboBox::drop-down {{ border: 0; width: {theme.px(24)}px; }}
    QComboBox QAbstractItemView {{ background: {p.panel}; color: {p.text};
        border: {theme.px(2)}px solid {p.secondary}; outline: 0;
        selection-background-color: {p.text}; selection-color: {p.ground}; }}
    QDialog QWidget {{ font-size: {theme.text_px(22)}px; font-family: {families}; }}
    QDialog QAbstractItemView {{ border: {theme.px(2)}px solid {p.rule};
        selection-background-color: {p.text}; selection-color: {p.ground}; }}
    QDialog QAbstractItemView:focus {{ border-color: {p.accent}; }}
    QHeaderView, QHeaderView::section {{ background: {p.panel}; color: {p.text};
        border: 0; }}
    QComboBox QAbstractItemView::item {{ min-height: {theme.text_px(34)}px; }}
    QComboBox QAbstractItemView::item:selected {{ background: {p.text};
        color: {p.ground}; }}
    QComboBox:editable {{ background: {p.ground}; border-color: {p.secondary}; }}
    QComboBox QLineEdit {{ background: transparent; border: 0; padding: 0; }}
    QMenu {{ background: {p.panel}; border: {theme.px(2)}px solid {p.secondary};
        font-size: {theme.text_px(22)}px; font-family: {families}; }}
    QMenu::item {{ padding: {theme.px(4)}px {theme.px(24)}px; }}
    QMenu::item:selected {{ background: {p.text}; color: {p.ground}; }}
    QToolTip {{ background: {p.ground}; color: {p.text}; padding: {pad}px;
        border: {theme.px(2)}px solid {p.secondary};
        font-size: {theme.text_px(20)}px; font-family: {families}; }}
    QLineEdit, QSpinBox, QPlainTextEdit {{ background: {p.ground};
        border: {theme.px(2)}px solid {p.secondary};
        border-radius: {radius}px; padding: 0 {pad}px; }}
    QLineEdit:focus, QSpinBox:focus, QPlainTextEdit:focus, QComboBox:focus {{
        border-color: {p.accent}; }}
    QScrollBar:vertical {{ background: {p.panel}; width: {theme.px(14)}px; }}
    QScrollBar::handle:vertical {{ background: {p.secondary};
        border-radius: {theme.px(6)}px; min-height: {theme.px(30)}px; }}
    QScrollBar::add-line:vertical, QScrollBar::sub-line:vertical {{ height: 0; }}
    QSlider::groove:horizontal {{ height: {theme.px(8)}px; background: {p.rule};
        border-radius: {theme.px(4)}px; }}
    QSlider::sub-page:horizontal {{ background: {p.secondary};
        border-radius: {theme.px(4)}px; }}
    QSlider::handle:horizontal {{ width: {theme.px(20)}px; background: {p.text};
        margin: -{theme.px(8)}px 0; border-radius: {theme.px(6)}px; }}
    QSlider::handle:horizontal:focus {{ background: {p.accent}; }}
    """
