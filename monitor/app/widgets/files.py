"""What a file dialog shows, and what is dropped on a window."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import QSize
from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHeaderView,
    QLineEdit,
    QToolButton,
    QWidget,
)

from streams.recording.recordings_folder import recordings_folder

ENDINGS = (
    "mcap", "mcap.part", "nii", "nii.gz", "h5", "mrd", "dat", "rda", "ima", "dcm",
    "sdat", "spar", "7", "fid", "raw",
)  # fmt: skip
RECORDINGS = (
    f"Recordings and spectra ({' '.join(f'*.{e} *.{e.upper()}' for e in ENDINGS)});;"
    "All files (*)"
)
SHARE = 0.7  # of the page that a dialog takes
NAME = 0  # column of a dialog's table
PROTOCOLS = "Protocols (*.toml);;All files (*)"


def ask_for_file(parent: QWidget, title: str, folder: str, shown: str) -> Path | None:
    """The file that is chosen in a dialog, None where none is; `shown` filters."""
    dialog = QFileDialog(parent, title, folder, shown)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setViewMode(QFileDialog.ViewMode.Detail)
    fit_to_page(dialog)
    chosen = dialog.selectedFiles() if dialog.exec() else []
    dialog.deleteLater()
    return Path(chosen[0]) if chosen else None


def fit_to_page(dialog: QFileDialog) -> None:
    """Give a dialog its share of the page that it lies over."""
    parent = dialog.parentWidget()
    window = None if parent is None else parent.window()
    if window is not None:
        dialog.resize(SHARE * window.size())
    for line in dialog.findChildren(QLineEdit, "fileNameEdit"):  # none in the system's
        _show_whole_names(dialog, line)


def _show_whole_names(dialog: QFileDialog, line: QLineEdit) -> None:
    """Room for names in Qt's own dialog, and letters for those that complete one."""
    line.ensurePolished()
    icon = QSize(*2 * (line.fontMetrics().height(),))
    for button in dialog.findChildren(QToolButton):
        button.setIconSize(icon)
    for view in dialog.findChildren(QAbstractItemView):
        view.setIconSize(icon)
    for header in dialog.findChildren(QHeaderView):
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
    completer = line.completer()
    names = None if completer is None else completer.popup()
    if names is not None:  # no child of the dialog, so that no style sheet reaches it
        names.setFont(line.font())
        names.setIconSize(icon)


def dropped(event: QDropEvent) -> Path | None:
    """The one local file that is dropped; None for anything else."""
    held = event.mimeData()
    urls = held.urls() if held is not None else []
    local = urls[0].toLocalFile() if len(urls) == 1 else ""
    return Path(local) if local else None


def usual_folder() -> Path:
    """Where recordings go, once there is one; else home."""
    folder = recordings_folder()
    return folder if folder.is_dir() else Path.home()
