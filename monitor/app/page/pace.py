"""When the page is drawn: at once where something came, else as often as clocks need.

Building a screen costs the same whether or not anything on it is new.  Between two
transients only clocks and ages change, by whole seconds.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject

CALM_S = 0.2  # between frames in which only clocks go on
INPUT = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.Leave,
        QEvent.Type.Drop,
        QEvent.Type.Resize,
    }
)


class Pace(QObject):
    """Owned by a window, through whose `windowHandle` keys and mouse come.

    A key that is a shortcut does not come that way.  `turns` is in how many frames a
    page draws all that it shows.
    """

    def __init__(self, parent: QObject, turns: int) -> None:
        super().__init__(parent)
        self._turns = self._left = turns
        self._drawn_s = 0.0

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Notice what the operator does, and let it pass."""
        if event is not None and event.type() in INPUT:
            self.stir()
        return False

    def stir(self) -> None:
        """Something came: the next frames are drawn until all of it is shown."""
        self._left = self._turns

    def is_due(self, now_s: float) -> bool:
        """Whether a frame is to be drawn at this reading of the clock."""
        if not self._left and now_s - self._drawn_s < CALM_S:
            return False
        self._left, self._drawn_s = max(0, self._left - 1), now_s
        return True
