"""Only what holds files may be dropped on a window."""

from types import SimpleNamespace

import pytest
from PyQt6.QtCore import QMimeData, QUrl

from monitor.app.window import Window


@pytest.mark.parametrize("urls", [["file:///a.mcap"], []])
def test_files_are_let_in_and_words_are_not(urls) -> None:
    held, accepted = QMimeData(), []
    if urls:
        held.setUrls([QUrl(url) for url in urls])
    else:
        held.setText("a.mcap")
    event = SimpleNamespace(
        mimeData=lambda: held, acceptProposedAction=lambda: accepted.append(1)
    )
    Window.dragEnterEvent(SimpleNamespace(), event)
    assert len(accepted) == len(urls)


def test_without_an_event_or_what_it_holds_nothing_is_done() -> None:
    Window.dragEnterEvent(SimpleNamespace(), None)
    empty = SimpleNamespace(mimeData=lambda: None)
    Window.dragEnterEvent(SimpleNamespace(), empty)
    dropped: list[object] = []
    window = SimpleNamespace(
        sessions=SimpleNamespace(take_dropped=dropped.append),
    )
    Window.dropEvent(window, None)
    assert dropped == []
    event = object()
    Window.dropEvent(window, event)
    assert dropped == [event]
