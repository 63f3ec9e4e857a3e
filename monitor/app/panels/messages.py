"""Three lines of messages: the most urgent condition large, what to do below it.

What to do has the lines that no other message needs, in letters as large as they fit:
it is to be read from afar, too.
"""

from __future__ import annotations

from dataclasses import replace

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QFrame, QVBoxLayout

from monitor.app.panels.status import restate
from monitor.app.widgets.paragraph import Paragraph
from monitor.app.widgets.text import Text
from monitor.app.widgets.theme import Theme
from monitor.screen.messages import LINES
from monitor.screen.parts.message_lines import Lines, lines_of
from monitor.screen.screen import Message

FEW = 2  # lines on a small page
MARGINS = (16, 3, 16, 3)
LARGE, ALIKE = 44, 24  # letters of the first line, the latter on a small page
TO_DO, LEAST = 38, 17  # letters of what to do, where there is room for it
BETWEEN = " \N{MIDDLE DOT} "
TIP = "click a message, or Ctrl+K: acknowledge it. It returns if it gets worse."


class MessagePanel(QFrame):
    """Draws messages; emits `acknowledged(place)` for the one that is clicked."""

    acknowledged = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self.setToolTip(TIP)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._rows = QVBoxLayout(self)
        self._shown: tuple[Message, ...] | None = None
        self._cramped = False
        self._theme: Theme | None = None
        self.first = Text(LARGE, 17, bold=True)
        self.second = Paragraph(TO_DO, LEAST)
        self.others = (Text(24, 17), Text(24, 17))
        self.sentence = Paragraph(24, LEAST, bold=True)  # too long for one line
        self.sentence.hide()
        self._rows.addStretch()
        self._rows.addWidget(self.first)
        self._rows.addWidget(self.sentence)
        for line in (self.second, *self.others):
            self._rows.addWidget(line)
        self._rows.addStretch()

    def dress(self, theme: Theme) -> None:
        """Take the sizes of a theme; a small page has letters of one size."""
        self._cramped, shown, self._shown = theme.cramped, self._shown, None
        self._rows.setContentsMargins(*(theme.px(v) for v in MARGINS))
        self._rows.setSpacing(0)
        self.first.make_size(ALIKE if theme.cramped else LARGE)
        for line in (self.first, self.sentence, self.second, *self.others):
            line.dress(theme)
        self._theme = theme
        if shown is not None:
            self.draw(shown)

    def height_for(self, theme: Theme) -> int:
        """Height that three messages need."""
        large = ALIKE if theme.cramped else LARGE
        rows = theme.line_px(large, True) + theme.line_px(26) + 2 * theme.line_px(24)
        return rows + theme.px(2 * MARGINS[1])

    def draw(self, messages: tuple[Message, ...]) -> None:
        """Show messages; those that are shown already cost nothing."""
        if messages is self._shown:
            return
        shown = [[(m.key, m.action) for m in s] for s in (self._shown or (), messages)]
        self._shown = messages
        said = [f"{m.condition} · {m.action}" for m in messages]
        self.setToolTip("\n".join([*said, TIP]))  # where a line is too narrow
        lines = lines_of(messages, FEW if self._cramped else LINES)
        restate(self, "attention" if lines.attention else "")
        for line, text in zip(self.others, lines.others, strict=True):
            line.show_text(text)
            line.setVisible(bool(text))
        if self._cramped:
            lines = self._with_age(lines)
        self._draw_first(lines, shown[0] != shown[1])

    def _draw_first(self, lines: Lines, other: bool) -> None:
        """The first message and what to do, in the room that the others leave.

        An `other` one than before has its full size: a long message must not leave the
        next one small.
        """
        if self._theme is None:
            return
        large = ALIKE if self._cramped else LARGE
        long = lines.long or self._cut(lines.first)
        self.first.setVisible(bool(lines.first) and not long)
        self.first.show_text("" if long else lines.first)
        self.sentence.setVisible(long)
        self.second.setVisible(bool(lines.rest))
        line = self._theme.line_px
        room = self.height_for(self._theme) - self._theme.px(2 * MARGINS[1])
        room -= sum(line(24) for text in lines.others if text)
        beside = line(24) if lines.rest else 0
        self.sentence.show_text(lines.first if long else "", room - beside)
        if long:
            room -= self.sentence.height()
        elif lines.first:
            room -= line(large, True)
        self.second.show_text(lines.rest, max(room, line(24)))
        if other:
            for words in (self.first, self.sentence, self.second):
                words.refit()

    def _with_age(self, lines: Lines) -> Lines:
        """Since when beside what where that fits: more is left for what to do."""
        since, apart, rest = lines.rest.partition(BETWEEN)
        first = f"{lines.first}{BETWEEN}{since}"
        if not (lines.first and apart) or lines.long or self._cut(first):
            return lines
        return replace(lines, first=first, rest=rest)

    def _cut(self, first: str) -> bool:
        """Whether a first line is wider than the panel, however small its letters."""
        if self._theme is None:
            return False
        inside = self.width() - 2 * self._theme.px(MARGINS[0])
        return self.first.least_px(first) > inside

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Acknowledge the message that was clicked."""
        if event is None or event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position().toPoint().y()
        tops = [line.y() for line in self.others if line.isVisible()]
        self.acknowledged.emit(sum(at >= top for top in tops))
