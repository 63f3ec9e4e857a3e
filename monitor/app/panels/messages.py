"""The message line: the most urgent condition large, what to do beside it."""

from __future__ import annotations

from PyQt6.QtWidgets import QFrame, QLabel, QVBoxLayout

from monitor.app.panels.status import restate
from monitor.app.text import Text
from monitor.app.theme import Theme
from monitor.screen.messages import PASSING
from monitor.screen.screen import Level, Message
from monitor.screen.words import ago

LONG = 52  # characters that one line can hold


class MessagePanel(QFrame):
    """Draws messages: the first large, the others in one line."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._rows = QVBoxLayout(self)
        self._shown: tuple[Message, ...] | None = None
        self.first = Text(48, 24, bold=True)
        self.second = Text(22, 17)
        self.sentence = QLabel()  # of the analysis, too long for one line
        self.sentence.setWordWrap(True)
        self.sentence.hide()
        self._rows.addStretch()
        self._rows.addWidget(self.first)
        self._rows.addWidget(self.sentence, 100)
        self._rows.addWidget(self.second)
        self._rows.addStretch()

    def dress(self, theme: Theme) -> None:
        """Take the sizes of a theme."""
        self._rows.setContentsMargins(*(theme.px(v) for v in (16, 2, 16, 4)))
        self._rows.setSpacing(0)
        self.first.dress(theme)
        self.sentence.setFont(theme.font(24, bold=True))
        self.second.dress(theme)

    def draw(self, messages: tuple[Message, ...]) -> None:
        """Show messages; those that are shown already cost nothing."""
        if messages is self._shown:
            return
        self._shown = messages
        restate(self, _state(messages))
        long = bool(messages) and len(messages[0].condition) > LONG
        self.first.setVisible(bool(messages) and not long)
        self.sentence.setVisible(long)
        if not messages:
            self.second.show_text("no messages · F1: all keys")
            return
        first, *others = messages
        self.first.show_text("" if long else first.condition)
        self.sentence.setText(first.condition if long else "")
        age = ago(first.age_s)
        since = f"{age} ago" if first.key in PASSING else f"for {age}"
        timeless = first.age_s < 1 or age in first.condition
        said = [part for part in (first.action, "" if timeless else since) if part]
        if others:
            said.append("also: " + "; ".join(m.condition for m in others))
        self.second.show_text(" · ".join(said))


def _state(messages: tuple[Message, ...]) -> str:
    if messages and messages[0].level is Level.ATTENTION:
        return "attention"
    return ""
