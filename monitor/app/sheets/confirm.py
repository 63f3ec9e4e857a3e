"""What is asked before a run is left."""

from __future__ import annotations

from PyQt6.QtWidgets import QMessageBox, QWidget

from monitor.screen.operator_requests import words_of, worth_telling
from monitor.screen.state import SessionState

RECORDED = "A relay goes on recording; the demo's ends with its window."
NOBODY = "No relay is heard: perhaps nobody records."
LEAVE_IT = "Leave this session all the same?"
CLOSE = f"A session is running. Close the window? {RECORDED}"
LEAVE = f"A session is running. Leave it for another one? {RECORDED}"


def leave_question(question: str, state: SessionState, running: bool) -> str:
    """What to ask before a session is left; empty: nothing would be lost."""
    if not state.stream.connected:
        question = question.replace(RECORDED, NOBODY)
    unsent = worth_telling(state.unsent)
    if not unsent:
        return question if running else ""
    named = "; ".join(words_of(one) for one in unsent)
    folder = state.unsent_folder
    kept = (
        f"They are kept in {folder} and sent when a window here follows this session."
        if folder
        else "They cannot be kept on this computer: write them down."
    )
    waiting = f"Not recorded yet, since the relay is away: {named}. {kept}"
    return f"{waiting}\n\n{question if running else LEAVE_IT}"


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
