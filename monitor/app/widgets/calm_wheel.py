"""Fields that the wheel leaves alone until they have the focus.

Else it changes what lies below the pointer, and nobody sees it.
"""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject
from PyQt6.QtWidgets import QWidget


class CalmWheel(QObject):
    """Owned by the field that it watches."""

    def __init__(self, field: QWidget) -> None:
        super().__init__(field)
        self._field = field
        field.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Hold back a turn of the wheel over a field that has no focus."""
        if event is None or event.type() != QEvent.Type.Wheel:
            return False
        event.ignore()
        return not self._field.hasFocus()
