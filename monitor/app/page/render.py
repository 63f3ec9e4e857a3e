"""The same page drawn without a display, into a PNG."""

from __future__ import annotations

import logging
import os
from functools import cache
from pathlib import Path

from PyQt6.QtCore import QMessageLogContext, Qt, QtMsgType, qInstallMessageHandler
from PyQt6.QtGui import QFontDatabase
from PyQt6.QtWidgets import QApplication

from monitor.app.page.page import Page
from monitor.app.widgets.theme import THEMES
from monitor.screen.screen import Screen
from monitor.typeface import letter_files, sign_files
from streams.errors import InputError

SETTLING = 3
"""Rounds in which sizes that depend on one another come to rest."""

log = logging.getLogger(__name__)
LEVELS = {
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}

_held: list[QApplication] = []  # Qt ends with the last reference to it


def _logged(kind: QtMsgType, _: QMessageLogContext, said: str | None) -> None:
    """What Qt has to say belongs into the log, not onto the terminal."""
    log.log(LEVELS.get(kind, logging.DEBUG), "Qt: %s", said)


def application() -> QApplication:
    """The one Qt application of this process; offscreen where there is no display."""
    running = QApplication.instance()
    if not isinstance(running, QApplication):
        running = _begun()
    load_typeface()
    return running


def _begun() -> QApplication:
    if os.name == "posix" and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    qInstallMessageHandler(_logged)
    _held.append(QApplication(["mrs-monitor"]))
    return _held[0]


@cache
def load_typeface() -> None:
    """Let Qt draw with the letters that come with the program."""
    for path in (*letter_files(), *sign_files()):
        if QFontDatabase.addApplicationFont(str(path)) < 0:
            log.warning("Qt cannot read the typeface %s", path)


def render(
    screen: Screen,
    path: Path,
    size: tuple[int, int] = (1920, 1080),
    theme: str = "dark",
) -> None:
    """Draw a screen into a PNG of this many pixels.

    Raises
    ------
    InputError : the file cannot be written
    """
    application()
    page = Page(THEMES[theme])
    page.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    page.resize(*size)
    page.show()  # lays out what is hidden at first
    page.draw(screen, everything=True)
    for _ in range(SETTLING):
        QApplication.sendPostedEvents()
        page.draw(screen, everything=True)  # what follows its size
    written = page.grab().save(str(path))
    page.close()
    page.deleteLater()
    if not written:
        raise InputError(f"The picture {path} cannot be written: choose another place.")
