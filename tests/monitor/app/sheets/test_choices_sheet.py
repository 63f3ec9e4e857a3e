"""F4 by itself: what is asked for at once, and what only with a second press."""

import json

from PyQt6.QtWidgets import QWidget

from monitor.app.sheets.forms import ChoicesSheet
from monitor.screen.sheets.choices import Choices

HELD = Choices(32, 8, "Glx/tNAA", "0:300")


def opened(qtbot, held=HELD):
    """The sheet, what it asks for, and its page, which must outlive it."""
    page, asked = QWidget(), []
    qtbot.addWidget(page)
    sheet = ChoicesSheet(page)
    sheet.asked.connect(lambda kind, text: asked.append((kind, text)))
    sheet.show_choices(held, ("Glx/tNAA", "Glu"))
    return sheet, asked, page


def test_a_reference_period_that_there_is_moves_with_the_second_press(qtbot):
    sheet, asked, _page = opened(qtbot)
    sheet.reference.setText("60:480")
    sheet.done()
    assert asked == []
    assert "press Apply again" in sheet.said.full_text
    assert not sheet.isHidden()
    sheet.done()
    assert asked == [("reference", "60:480")]
    assert sheet.isHidden()
    sheet.show_choices(HELD, ("Glx/tNAA",))  # it asks again
    sheet.reference.setText("70:480")
    sheet.done()
    assert asked == [("reference", "60:480")]


def test_the_first_reference_period_and_all_else_come_at_once(qtbot):
    sheet, asked, _page = opened(qtbot, Choices(32, 8, "Glx/tNAA", ""))
    sheet.reference.setText("60:480")
    sheet.done()
    assert asked == [("reference", "60:480")]
    sheet, asked, _page = opened(qtbot)
    sheet.left_out.setText("140:200")
    sheet.outcome.setCurrentText("Glu")
    sheet.done()
    ((kind, text),) = asked
    assert kind == "settings"
    assert json.loads(text) == {"left_out_s": [[140.0, 200.0]], "outcome": "Glu"}


def test_what_cannot_be_meant_is_said_and_not_asked_for(qtbot):
    sheet, asked, _page = opened(qtbot)
    sheet.left_out.setText("soon")
    sheet.done()
    assert asked == []
    assert "START:END" in sheet.said.full_text
    assert not sheet.isHidden()
