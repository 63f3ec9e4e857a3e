"""Quality as answers: a cell for each measure, and what to do past a limit."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout

from monitor.app.panels.status import restate
from monitor.app.widgets.text import Text
from monitor.app.widgets.theme import Theme
from monitor.screen.keys import KEY
from monitor.screen.parts.measures import NAMES
from monitor.screen.screen import Measure

SIGNS = {True: "✓", False: "▲", None: "–"}
ALL_GOOD = "within the limits"
TERMS = {
    "drift": "How fast the field moves the lines",
    "fwhm": "Width of the lines at half their height, in the fit of the last window",
    "snr": "Height of the NAA line over the noise, of one transient",
    "lipid": "Lipid from scalp or fat, over the height of NAA",
    "rejected": "Transients of the last window that count for almost nothing, and why "
    "not to wait: motion or swallowing spoilt them",
    "water": "What is left of the water line, over the height of NAA",
}


class MeasuresPanel(QFrame):
    """Draws `Measure`s; emits `others()` where the other strips are asked for."""

    others = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._shown: tuple[Measure, ...] | None = None
        self._old = False
        self._theme: Theme | None = None
        self._needed: dict[str, int] = {}
        self._rows = QVBoxLayout(self)
        self._grid = QGridLayout()
        self._rows.addLayout(self._grid)
        self.names = {key: Text(18, 17, role="secondary") for key in NAMES}
        self.values = {key: Text(22, 17) for key in NAMES}
        for column, key in enumerate(NAMES):
            for row, text in enumerate((self.names[key], self.values[key])):
                text.setToolTip(TERMS[key])
                self._grid.addWidget(text, row, column)
            self._grid.setColumnStretch(column, 1)
        foot = QHBoxLayout()
        self.action = Text(20, 17, role="secondary")
        self.button = QPushButton(f"other strips  {KEY['strips']}")
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.clicked.connect(self.others)
        foot.addWidget(self.action, 1)
        foot.addWidget(self.button)
        self._rows.addLayout(foot)

    def dress(self, theme: Theme) -> None:
        """Take the sizes of a theme."""
        self._theme, self._shown, self._needed = theme, None, {}
        self._rows.setContentsMargins(*(theme.px(v) for v in (20, 4, 12, 4)))
        self._rows.setSpacing(0)
        self._grid.setHorizontalSpacing(theme.px(14))
        self._grid.setVerticalSpacing(0)
        for text in (*self.names.values(), *self.values.values(), self.action):
            text.dress(theme)
        self.button.setFont(theme.font(18))
        self.button.setFixedHeight(theme.line_px(18))
        lines = theme.line_px(18) + theme.line_px(22) + theme.line_px(20)
        self.setFixedHeight(lines + theme.px(8))

    def draw(self, measures: tuple[Measure, ...], fade: float = 0.0) -> None:
        """Show measures, old ones pale; those that are shown already cost nothing."""
        old = fade >= 1.0
        restate(self, "old" if old else "")
        if (measures is self._shown and old == self._old) or self._theme is None:
            return
        self._shown, self._old = measures, old
        p = self._theme.palette
        for one in measures:
            text, whole = self.values[one.key], not self._theme.cramped
            limit = f" / {one.limit}" if one.limit and whole else ""
            text.show_text(f"{SIGNS[one.good]} {one.value}{limit}")
            colour = p.attention_text if one.good is False else p.text
            colour = p.baseline if old else colour
            text.setStyleSheet(f"color: {colour}")
            name = f"{one.name} {one.unit}" if whole else one.name.split()[-1]
            self.names[one.key].show_text(name.rstrip())
        self._share_columns()
        self._say(_sayings(measures))

    def _share_columns(self) -> None:
        """Each column as wide as its words once were, so that they do not jump."""
        for column, key in enumerate(NAMES):
            texts = self.names[key], self.values[key]
            needed = max(text.least_px(text.full_text) for text in texts)
            known = self._needed.get(key, 0)
            if needed > known:
                self._needed[key] = needed
                self._grid.setColumnStretch(column, needed)

    def _say(self, sayings: tuple[str, ...]) -> None:
        """The fullest of some words that there is room for."""
        self.action.show_fullest(sayings)


def _sayings(measures: tuple[Measure, ...]) -> tuple[str, ...]:
    """What to do past the limits, in full and shorter."""
    past = [m for m in measures if m.good is False]
    if not past:
        known = any(m.good is not None for m in measures)
        return (ALL_GOOD if known else "",)
    actions = [f"{m.name}: {m.action}" for m in past]
    more = f" · {len(past) - 1} more: F12" if len(past) > 1 else ""
    names = ", ".join(m.name for m in past)
    return " · ".join(actions), actions[0] + more, f"▲ {names}: F12"
