"""Letters as wide as of another typeface: nothing that must be read is cut for them."""

import pytest

from monitor.app.panels.buttons import ButtonPanel
from monitor.app.panels.headline import HeadlinePanel
from monitor.app.panels.status import StatusPanel
from monitor.app.widgets.theme import DARK, Theme
from monitor.screen.screen import Headline, Status

SMALL = Theme(DARK, 0.42)
PLAIN = "glutamate + glutamine over NAA"


@pytest.fixture
def shown(qtbot):
    def show(panel, width):
        qtbot.addWidget(panel)
        panel.resize(width, 40)
        panel.dress(SMALL)
        panel.show()
        panel.layout().activate()
        return panel

    return show


@pytest.mark.parametrize(
    ("width", "words"), [(420, "Start infusion  F5"), (300, "Start  F5")]
)
def test_buttons_say_as_much_as_fits_and_widen_no_column(shown, width, words):
    """They pushed the left half of a page of 800 x 600 aside."""
    panel = shown(ButtonPanel(), width)
    assert panel.buttons["infusion_start"].text() == words
    assert panel.buttons["note"].text() == "Note  F8"
    page = panel.currentWidget()
    assert page is not None
    assert page.minimumSizeHint().width() < 100


def test_what_is_left_of_the_infusion_is_said_whole_beside_long_details(shown):
    panel = shown(StatusPanel(), 640)
    details = "a protocol of a long name", "data 0 s old · disk > 2 days"
    panel.draw(
        Status("● REC 00:24:18", False, "INFUSION +14:06", "25:53 left", details, "")
    )
    panel.layout().activate()
    assert not panel.plan.cut


def test_plain_words_stand_above_the_number_where_they_find_no_room_beside(qtbot):
    panel, theme = HeadlinePanel(), Theme(DARK, 0.7)
    qtbot.addWidget(panel)
    panel.dress(theme)
    heights = []
    for width in (900, 380):
        panel.resize(width, panel.height())
        panel.draw(Headline("Glx/tNAA, change", "+6.6 %", "± 3", "up", (), 0.0, PLAIN))
        panel.draw(Headline("Glx/tNAA, change", "+6.7 %", "± 3", "up", (), 0.0, PLAIN))
        heights.append(panel.height())
        assert panel.over.isHidden() is (width == 900)
    assert heights[1] == heights[0] + theme.line_px(24)
