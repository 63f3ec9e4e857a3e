"""Recordings go where a file dialog shows them, named by date and time."""

import re
from pathlib import Path

import pytest

from streams.errors import InputError
from streams.recording import recordings_folder as module
from streams.recording.recordings_folder import new_recording


def test_a_new_recording_is_named_by_date_and_time(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "user_documents_path", lambda: tmp_path)
    path = new_recording("session")
    assert path.parent == tmp_path / "mrs-monitor"
    assert path.parent.is_dir()
    shape = r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d_session\.mcap"
    assert re.fullmatch(shape, path.name)
    assert not any(part.startswith(".") for part in path.relative_to(tmp_path).parts)


def test_where_it_cannot_be_made_another_place_is_asked_for(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(module, "user_documents_path", lambda: Path(tmp_path / "file"))
    with pytest.raises(InputError, match="--record"):
        new_recording("session")
