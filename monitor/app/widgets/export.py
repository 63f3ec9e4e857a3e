"""Plots as PNG and SVG, the table as CSV."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QRect
from PyQt6.QtGui import QPainter
from PyQt6.QtSvg import QSvgGenerator
from PyQt6.QtWidgets import QWidget

from monitor.screen.parts.table import as_csv
from monitor.screen.screen import Table
from streams.errors import InputError


def save_widget(widget: QWidget, path: Path) -> None:
    """Draw a widget into a file, whose ending says what it becomes.

    Raises
    ------
    InputError : another ending, or the file cannot be written
    """
    ending = path.suffix.lower()
    if ending == ".png":
        written = widget.grab().save(str(path))
    elif ending == ".svg":
        written = _as_svg(widget, path)
    else:
        raise InputError(f"{path.name} must end in .png or .svg.")
    if not written:
        raise InputError(f"{path} cannot be written: choose another place.")


def _as_svg(widget: QWidget, path: Path) -> bool:
    picture = QSvgGenerator()
    picture.setFileName(str(path))
    picture.setSize(widget.size())
    picture.setViewBox(QRect(0, 0, widget.width(), widget.height()))
    picture.setTitle("mrs-monitor")
    painter = QPainter()
    if not painter.begin(picture):
        return False
    widget.render(painter)
    painter.end()
    return True


def save_table(rows: Table, path: Path) -> None:
    """Write the table of metabolites.

    Raises
    ------
    InputError : another ending than .csv, or the file cannot be written
    """
    if path.suffix.lower() != ".csv":
        raise InputError(f"{path.name} must end in .csv.")
    try:
        path.write_text(as_csv(rows), encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from None
