"""A window for those outside the room: the same page, and nothing is recorded."""

import pytest
from PyQt6.QtCore import Qt

from monitor.app.panels.buttons import WORDS
from monitor.screen.keys import KEYS


@pytest.fixture
def viewing(open_whole):
    whole = open_whole(refuse=True)
    whole.window.only_view()
    whole.answer()
    return whole


@pytest.mark.parametrize("kind", list(WORDS))
def test_no_key_records(qtbot, viewing, kind):
    key = next(keys for name, keys, _ in KEYS if name == kind)
    qtbot.keyClick(viewing.window, getattr(Qt.Key, f"Key_{key}"))
    assert viewing.sent == []
    assert not viewing.page.buttons.isVisible()
    assert viewing.page.viewing.isVisible()
    assert "nothing is recorded" in viewing.page.viewing.full_text


def test_nor_do_macromolecules(qtbot, viewing):
    ctrl = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(viewing.window, Qt.Key.Key_B, ctrl)
    assert viewing.sent == []


def test_everything_else_is_there(qtbot, viewing):
    qtbot.keyClick(viewing.window, Qt.Key.Key_F2)
    assert viewing.window.operations.checks.isVisible()
    assert viewing.page.headline.isVisible()
    assert viewing.page.messages.isVisible()
