"""Ctrl-C in the terminal: one sentence, whichever command is stopped."""

import sys

import pytest

from monitor import cli
from monitor.commands import recordings


def test_ctrl_c_is_one_sentence_and_exit_code_130(monkeypatch, capsys, tmp_path):
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    file = tmp_path / "a.mcap"
    file.write_bytes(b"")
    monkeypatch.setattr(recordings.inspection, "verify", stop)
    monkeypatch.setattr(sys, "argv", ["mrs-monitor", "verify", str(file)])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 130
    said = "mrs-monitor: stopped before the end; files that are there are whole.\n"
    assert capsys.readouterr().err == said
