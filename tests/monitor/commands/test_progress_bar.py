"""Where somebody looks there is a bar; a log gets nothing of it."""

import io
import sys

from monitor.commands.progress_bar import progress_bar


class Terminal(io.StringIO):
    def isatty(self):
        return True


def drawn(monkeypatch, stream):
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar("sub-01 [b]\x1b") as count:
        for one_more in (True, False, True):
            count(one_more)
    return stream.getvalue()


def test_a_terminal_gets_a_bar_with_the_title_as_it_is(monkeypatch):
    assert "sub-01 [b] " in drawn(monkeypatch, Terminal())


def test_a_log_gets_nothing(monkeypatch):
    assert drawn(monkeypatch, io.StringIO()) == ""
