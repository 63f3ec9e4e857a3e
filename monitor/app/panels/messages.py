"""Three lines of messages: the most urgent condition large, what to do below it."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QFrame, QLabel, QVBoxLayout

from monitor.app.panels.status import restate
from monitor.app.widgets.text import Text
from monitor.app.widgets.theme import Theme
from monitor.screen.messages import LINES
from monitor.screen.parts.message_lines import lines_of
from monitor.screen.screen import Message

FEW = 2  # lines on a small page
MARGINS = (16, 3, 16, 3)
LARGE, ALIKE = 44, 24  # letters of the first line, the latter on a small page
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
        self.first = Text(LARGE, 17, bold=True)
        self.second = Text(26, 17)
        self.others = (Text(24, 17), Text(24, 17))
        self.sentence = QLabel()  # of the analysis, too long for one line
        self.sentence.setWordWrap(True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)  # its end may be cut
        self.sentence.hide()
        self._rows.addStretch()
        self._rows.addWidget(self.first)
        self._rows.addWidget(self.sentence)
        for line in (self.second, *self.others):
            self._rows.addWidget(line)
        self._rows.addStretch()

    def dress(self, theme: Theme) -> None:
        """Take the sizes of a theme; on a small page each message has one line."""
        self._cramped, shown, self._shown = theme.cramped, self._shown, None
        self._rows.setContentsMargins(*(theme.px(v) for v in MARGINS))
        self._rows.setSpacing(0)
        self.first.make_size(ALIKE if theme.cramped else LARGE)
        for line in (self.first, self.second, *self.others):
            line.dress(theme)
        self.sentence.setFont(theme.font(24, bold=True))
        if shown is not None:
            self.draw(shown)

    def height_for(self, theme: Theme) -> int:
        """Height that three messages need."""
        large = ALIKE if theme.cramped else LARGE
        rows = theme.line_px(large, True) + theme.line_px(24)
        rows += 0 if theme.cramped else theme.line_px(26) + theme.line_px(24)
        return rows + theme.px(2 * MARGINS[1])

    def draw(self, messages: tuple[Message, ...]) -> None:
        """Show messages; those that are shown already cost nothing."""
        if messages is self._shown:
            return
        keys = [[m.key for m in some[:1]] for some in (self._shown or (), messages)]
        self._shown = messages
        said = [f"{m.condition} · {m.action}" for m in messages]
        self.setToolTip("\n".join([*said, TIP]))  # where a line is too narrow
        lines = lines_of(messages, FEW if self._cramped else LINES)
        long = lines.long and not self._cramped  # there it is cut: the tip has it
        restate(self, "attention" if lines.attention else "")
        self.first.setVisible(bool(lines.first) and not long)
        self.sentence.setVisible(long)
        together = self._cramped and bool(lines.first)
        first = f"{lines.first} · {lines.rest}" if together and lines.rest else None
        self.first.show_text("" if long else first or lines.first)
        if keys[0] != keys[1]:  # a long message must not leave the next one small
            self.first.refit()
        self.sentence.setText(lines.first if long else "")
        self.second.show_text(lines.rest)
        self.second.setVisible(bool(lines.rest) and not together)
        for line, text in zip(self.others, lines.others, strict=True):
            line.show_text(text)
            line.setVisible(bool(text))

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:
        """Acknowledge the message that was clicked."""
        if event is None or event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position().toPoint().y()
        tops = [line.y() for line in self.others if line.isVisible()]
        self.acknowledged.emit(sum(at >= top for top in tops))
