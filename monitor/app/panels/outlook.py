"""How long still: one line to be read from afar, its figures below it."""

from __future__ import annotations

from PyQt6.QtWidgets import QFrame, QVBoxLayout

from monitor.app.panels.status import restate
from monitor.app.widgets.text import Text
from monitor.app.widgets.theme import Theme
from monitor.screen.parts.outlook import OutlookWords

LARGE = 44
BETWEEN = " \N{MIDDLE DOT} "
TIP = (
    "The target is the smallest change that the protocol wants to detect, in 80 % of "
    "sessions; beside it what is detected by now, and will be at the planned end over "
    "the whole infusion and in the mean of its last ten minutes. Usable are minutes "
    "before the infusion + since. It is forecast from how much usable data comes, and "
    "does not depend on the outcome."
)


class OutlookPanel(QFrame):
    """Draws `OutlookWords`; of figures that find no room the last ones go."""

    def __init__(self) -> None:
        super().__init__()
        self.verdict = Text(LARGE, 17, bold=True)
        self.figures = Text(20, 17, role="secondary")
        self.setToolTip(TIP)
        self._shown: OutlookWords | None = None
        self._width = 0
        self._rows = QVBoxLayout(self)
        self._rows.addWidget(self.verdict)
        self._rows.addWidget(self.figures)

    def dress(self, theme: Theme) -> None:
        """Take the sizes of a theme."""
        self._rows.setContentsMargins(theme.px(6), 0, 0, 0)
        self._rows.setSpacing(0)
        self.verdict.dress(theme)
        self.figures.dress(theme)
        self.verdict.setFixedHeight(theme.line_px(LARGE, True))

    def draw(self, words: OutlookWords, fade: float = 0.0) -> None:
        """Show the words; those of old data are pale."""
        restate(self, "old" if fade >= 1.0 else "")
        self.verdict.show_text(words.verdict)
        if words is not self._shown or self.figures.width() != self._width:
            self._shown, self._width = words, self.figures.width()
            self.figures.show_fullest(_shorter(words.figures))


def _shorter(figures: str) -> list[str]:
    parts = figures.split(BETWEEN)
    return [BETWEEN.join(parts[:end]) for end in range(len(parts), 0, -1)]
