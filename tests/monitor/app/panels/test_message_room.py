"""Where messages stand: what to do has the lines that no other message needs."""

from dataclasses import replace

import pytest
from PyQt6.QtGui import QFontMetricsF

from monitor.app.panels import messages
from monitor.app.panels.messages import MessagePanel
from monitor.app.widgets.theme import DARK, Theme
from monitor.screen.screen import Level, Message

LARGE = Theme(DARK, 1.0)
THREE = tuple(
    Message(f"k{n}", Level.ATTENTION, f"condition {n}", f"action {n}", 5.0)
    for n in range(3)
)


@pytest.fixture
def told(qapp) -> MessagePanel:
    panel = MessagePanel()
    panel.resize(1100, panel.height_for(LARGE))
    panel.dress(LARGE)
    panel.show()
    yield panel
    panel.hide()


def test_what_to_do_has_the_room_that_others_do_not_need(told) -> None:
    """The end of "look for the address in ..." was cut, below two empty lines."""
    long = replace(
        THREE[0], action="look for its address in the terminal of a relay " * 3
    )
    told.draw((long,))
    told.layout().activate()
    assert not told.second.cut
    assert told.second.height() > 1.9 * QFontMetricsF(told.second.font()).height()
    told.draw((THREE[0],))
    assert told.second.font().pixelSize() == messages.TO_DO
    alone = told.second.height()
    told.draw(THREE)
    assert told.second.height() < alone
    told.layout().activate()
    assert told.rect().contains(told.others[1].geometry())


def test_the_last_of_three_is_seen_below_a_long_sentence(told) -> None:
    long = replace(THREE[0], condition="The analysis has stopped and says why " * 5)
    told.draw((long, *THREE[1:]))
    told.layout().activate()
    assert told.rect().contains(told.others[1].geometry())
    assert told.sentence.geometry().bottom() <= told.second.geometry().top()
    assert told.second.geometry().bottom() <= told.others[0].geometry().top()
