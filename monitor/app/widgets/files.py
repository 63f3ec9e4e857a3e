"""What a file dialog shows, and what is dropped on a window."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtGui import QDropEvent
from PyQt6.QtWidgets import QFileDialog, QWidget

from streams.recording.recordings_folder import recordings_folder

ENDINGS = (
    "mcap", "mcap.part", "nii", "nii.gz", "h5", "mrd", "dat", "rda", "ima", "dcm",
    "sdat", "spar", "7", "fid", "raw",
)  # fmt: skip
RECORDINGS = (
    f"Recordings and spectra ({' '.join(f'*.{e} *.{e.upper()}' for e in ENDINGS)});;"
    "All files (*)"
)
PROTOCOLS = "Protocols (*.toml);;All files (*)"


def ask_for_file(parent: QWidget, title: str, folder: str, shown: str) -> Path | None:
    """The file that is chosen in a dialog, None where none is; `shown` filters."""
    name, _ = QFileDialog.getOpenFileName(parent, title, folder, shown)
    return Path(name) if name else None


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
