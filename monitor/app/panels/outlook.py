"""How long still: one line to be read from afar, its figures below it."""

from __future__ import annotations

from PyQt6.QtWidgets import QFrame, QVBoxLayout

from monitor.app.panels.status import restate
from monitor.app.widgets.text import Text
from monitor.app.widgets.theme import Theme
from monitor.screen.parts.outlook import OutlookWords

LARGE = 44
TIP = (
    "The target is the smallest change that the protocol wants to detect, in 80 % of "
    "sessions; beside it what is detected by now, and will be at the planned end over "
    "the whole infusion and in the mean of its last ten minutes. Usable are minutes "
    "before the infusion + since. It is forecast from how much usable data comes, and "
    "does not depend on the outcome."
)


class OutlookPanel(QFrame):
    """Draws `OutlookWords`."""

    def __init__(self) -> None:
        super().__init__()
        self.verdict = Text(LARGE, 17, bold=True)
        self.figures = Text(20, 17, role="secondary")
        self.setToolTip(TIP)
        self._rows = QVBoxLayout(self)
        self._rows.addWidget(self.verdict)
        self._rows.addWidget(self.figures)

    def dress(self, theme: Theme) -> None:
        """Take the sizes of a theme; the figures give way on a small page."""
        self._rows.setContentsMargins(theme.px(6), 0, 0, 0)
        self._rows.setSpacing(0)
        self.verdict.dress(theme)
        self.figures.dress(theme)
        self.figures.setHidden(theme.cramped)
        self.verdict.setFixedHeight(theme.line_px(LARGE, True))

    def draw(self, words: OutlookWords, fade: float = 0.0) -> None:
        """Show the words; those of old data are pale."""
        restate(self, "old" if fade >= 1.0 else "")
        self.verdict.show_text(words.verdict)
        self.figures.show_text(words.figures)
