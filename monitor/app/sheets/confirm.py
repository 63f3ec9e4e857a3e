"""What is asked before a run is left."""

from __future__ import annotations

from PyQt6.QtWidgets import QMessageBox, QWidget

CLOSE = (
    "A session is running. Close the window? A relay goes on recording; the demo's "
    "ends with its window."
)
LEAVE = "A session is running. Leave it for another one? A relay goes on recording."


def really(parent: QWidget, question: str) -> bool:
    """Whether the operator really wants that; staying is what Return does."""
    answer = QMessageBox.question(
        parent,
        "Close?",
        question,
        QMessageBox.StandardButton.Close | QMessageBox.StandardButton.Cancel,
        QMessageBox.StandardButton.Cancel,
    )
    return answer == QMessageBox.StandardButton.Close
