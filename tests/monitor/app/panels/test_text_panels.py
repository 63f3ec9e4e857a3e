"""Panels of words, drawn from values by hand: what they show, fade and leave out."""

from dataclasses import replace

import pytest
from PyQt6.QtCore import QEvent, QPointF, Qt
from PyQt6.QtGui import QFontMetricsF, QMouseEvent

from monitor.app.panels import measures, messages, status
from monitor.app.panels.headline import (
    INTERVAL,
    LINE,
    LINES,
    NUMBER,
    VERDICT,
    HeadlinePanel,
)
from monitor.app.panels.measures import ALL_GOOD, SIGNS, MeasuresPanel
from monitor.app.panels.messages import TIP, MessagePanel
from monitor.app.panels.status import TIME, StatusPanel
from monitor.app.widgets.theme import DARK, Theme, mixed
from monitor.screen.number_words import DASH
from monitor.screen.parts.measures import NAMES
from monitor.screen.screen import Headline, Level, Measure, Message, Status

LARGE, SMALL = Theme(DARK, 1.0), Theme(DARK, 0.6)
HEADLINE = Headline(
    "Glx/tNAA from before", "+6.6 %", "± 3.9", "risen", ("one · two", "three"), 0.0
)
FADED = replace(HEADLINE, fade=1.0)
NOTHING = replace(HEADLINE, number=DASH, interval="")


def test_sizes_are_those_of_a_page_that_is_whole_or_cramped() -> None:
    assert (LARGE.cramped, SMALL.cramped) == (False, True)


# -- headline --------------------------------------------------------------------------


@pytest.fixture
def headline(qapp) -> HeadlinePanel:
    panel = HeadlinePanel()
    panel.resize(900, 400)
    panel.dress(LARGE)
    return panel


def test_the_number_stands_alone_and_its_unit_with_the_interval(headline) -> None:
    headline.draw(HEADLINE)
    assert headline.number.full_text == "+6.6"
    assert headline.interval.full_text == "% ± 3.9"
    assert headline.verdict.full_text == "risen"
    assert [text.full_text for text in headline.lines] == ["one · two", "three"]
    assert not headline.number.isHidden()


def test_what_the_outcome_is_stands_there_where_there_is_room(headline) -> None:
    plainly = replace(HEADLINE, meaning="glutamate + glutamine over NAA")
    headline.draw(plainly)
    assert headline.meaning.text() == plainly.meaning
    assert not headline.meaning.isHidden()
    headline.dress(SMALL)
    assert (
        headline.over.text() == "Glx/tNAA from before: glutamate + glutamine over NAA"
    )
    assert (headline.title.isHidden(), headline.meaning.isHidden()) == (True, True)
    headline.over.resize(headline.over.least_px(plainly.meaning), 30)
    headline.draw(replace(plainly, fade=1.0))
    assert headline.over.text() == plainly.meaning


def test_a_dash_is_no_number_and_takes_no_room(headline) -> None:
    headline.draw(NOTHING)
    assert headline.number.full_text == ""
    assert headline.number.isHidden()
    assert f"color: {DARK.text}" in headline.verdict.styleSheet()


@pytest.mark.parametrize(("shown", "fade"), [(HEADLINE, 0.0), (FADED, 1.0)])
def test_what_is_old_fades(headline, shown: Headline, fade: float) -> None:
    headline.draw(shown)
    assert mixed(DARK.accent, DARK.baseline, fade) in headline.number.styleSheet()
    second = mixed(DARK.text, DARK.baseline, fade)
    assert second in headline.verdict.styleSheet()
    assert second in headline.interval.styleSheet()


def test_a_headline_is_drawn_once_and_again_in_other_colours(headline) -> None:
    headline.draw(HEADLINE)
    headline.verdict.show_text("by another")
    headline.draw(HEADLINE)
    assert headline.verdict.full_text == "by another"
    headline.dress(SMALL)
    assert headline.verdict.full_text == "risen"
    assert headline.title.full_text == "Glx/tNAA"


def test_without_sizes_nothing_is_drawn(qapp) -> None:
    panel = HeadlinePanel()
    panel.draw(HEADLINE)
    assert panel.verdict.full_text == ""


@pytest.mark.parametrize(("width", "shortened"), [(1600, False), (160, True)])
def test_words_that_find_no_room_are_shortened(headline, width, shortened) -> None:
    headline.resize(width, 400)
    headline.draw(replace(HEADLINE, title="A change from before", number=DASH))
    assert (headline.title.full_text == "A change") is shortened
    long = "a first part · " + "and more " * 9
    headline.draw(replace(HEADLINE, lines=(long, "three")))
    assert (headline.lines[0].full_text == "a first part") is shortened


def test_the_number_has_no_more_than_its_share(headline) -> None:
    headline.draw(HEADLINE)
    usual = headline.number.width()
    headline.draw(replace(HEADLINE, number="+6666666666666.6 %"))
    beside = headline.number.width()
    headline.draw(replace(HEADLINE, number="+6666666666666.6 %", interval=""))
    assert usual < beside == round(0.55 * 900)
    assert headline.number.width() == round(0.62 * 900)


def test_every_line_of_the_headline_has_its_room(headline) -> None:
    large = [LARGE.line_px(size, True) for size in (NUMBER, VERDICT)]
    small = LINES * LARGE.line_px(LINE)
    assert headline.height() == sum(large) + small + LARGE.px(16)
    drop = LARGE.font(NUMBER).pixelSize() - LARGE.font(INTERVAL).pixelSize()
    assert headline.interval.contentsMargins().bottom() == round(0.22 * drop)
    headline.draw(HEADLINE)
    widest = QFontMetricsF(LARGE.font(NUMBER, bold=True)).horizontalAdvance("+6.6")
    assert headline.number.width() == round(widest + LARGE.px(24))
    title = headline.title.least_px("A change from before")
    for room, shown in ((title, "A change from before"), (title - 1, "A change")):
        headline.resize(headline.number.width() + 2 * LARGE.px(20) + room, 400)
        headline._show_title("A change from before")
        assert headline.title.full_text == shown


def test_a_line_has_the_width_between_the_margins(headline) -> None:
    said = "a first part · and more"
    room = headline.lines[0].least_px(said)
    for width, shown in ((room, said), (room - 1, "a first part")):
        headline.resize(width + 2 * LARGE.px(20), 400)
        headline.draw(replace(HEADLINE, lines=(said,)))
        assert headline.lines[0].full_text == shown


def test_one_line_that_is_too_long_has_two(headline) -> None:
    """ "this is the reference period; F5 marks the sta…" at 800 x 600."""
    said = "this is so; F5 marks the start"
    headline.resize(headline.lines[0].least_px(said) + 2 * LARGE.px(20) - 1, 400)
    headline.draw(replace(HEADLINE, lines=(said,)))
    shown = [text.full_text for text in headline.lines]
    assert shown == ["this is so", "F5 marks the start"]


# -- measures --------------------------------------------------------------------------

GOOD = tuple(Measure(key, f"the {key}", "u", "1", "2", True, "") for key in NAMES)
FAR = replace(GOOD[1], good=False, action="re-shim")
FAR_TOO = replace(GOOD[3], good=False, action="check")


@pytest.fixture
def answers(qapp) -> MeasuresPanel:
    panel = MeasuresPanel()
    panel.resize(1500, 120)
    panel.dress(LARGE)
    panel.action.resize(1200, 30)
    return panel


def test_each_measure_has_its_sign_its_limit_and_its_colour(answers) -> None:
    unknown = replace(GOOD[2], good=None, value=DASH, limit="")
    answers.draw((GOOD[0], FAR, unknown, *GOOD[3:]))
    keys = [one.key for one in GOOD]
    said = [answers.values[key].full_text for key in keys[:3]]
    assert said == [
        f"{SIGNS[True]} 1 / 2",
        f"{SIGNS[False]} 1 / 2",
        f"{SIGNS[None]} {DASH}",
    ]
    colours = [answers.values[key].styleSheet() for key in keys[:3]]
    expected = (DARK.text, DARK.attention_text, DARK.text)
    assert colours == [f"color: {colour}" for colour in expected]
    assert answers.names[keys[0]].full_text == f"the {keys[0]} u"
    assert answers.action.full_text == f"the {FAR.key}: re-shim"


def test_a_small_page_has_no_limits_and_no_units(answers) -> None:
    answers.draw(GOOD)
    answers.dress(SMALL)
    answers.draw(GOOD)
    key = GOOD[0].key
    assert answers.values[key].full_text == f"{SIGNS[True]} 1"
    assert answers.names[key].full_text == key
    longer = replace(GOOD[0], name="a b c")
    answers.draw((longer, *GOOD[1:]))
    assert answers.names[key].full_text == "c"


def test_every_line_of_the_measures_has_its_room(answers) -> None:
    lines = [LARGE.line_px(size) for size in (18, 22, 20)]
    assert answers.height() == sum(lines) + LARGE.px(8)


def test_measures_are_drawn_once_and_only_in_sizes(answers, qapp) -> None:
    answers.draw(GOOD)
    answers.action.show_text("by another")
    answers.draw(GOOD)
    assert answers.action.full_text == "by another"
    bare = MeasuresPanel()
    bare.draw(GOOD)
    assert bare.action.full_text == ""


def test_what_to_do_is_said_as_fully_as_there_is_room(answers) -> None:
    unknown = tuple(replace(one, good=None) for one in GOOD)
    assert measures._sayings(GOOD) == (ALL_GOOD,)
    assert measures._sayings(unknown) == ("",)
    assert measures._sayings((unknown[0], *GOOD[1:])) == (ALL_GOOD,)
    full, shorter, shortest = measures._sayings((*GOOD[:1], FAR, FAR_TOO))
    assert full == f"{FAR.name}: re-shim · {FAR_TOO.name}: check"
    assert shorter == f"{FAR.name}: re-shim · 1 more: F12"
    assert shortest == f"▲ {FAR.name}, {FAR_TOO.name}: F12"
    assert measures._sayings((FAR,))[1] == f"{FAR.name}: re-shim"
    for said, room in ((full, full), (shorter, shorter), (shortest, shortest)):
        answers.action.resize(answers.action.least_px(room), 30)
        answers._say((full, shorter, shortest))
        assert answers.action.full_text == said
    answers.action.resize(1, 30)
    answers._say((full, shorter, shortest))
    assert answers.action.full_text == shortest


def test_each_measure_has_the_width_of_its_words(answers) -> None:
    """ "✓ 0.…" at 800 x 600, beside room that "SNR" did not need."""
    answers.dress(SMALL)
    answers.resize(400, 80)
    answers.show()
    wide = replace(GOOD[0], value="0.32")
    answers.draw((wide, *GOOD[1:]))
    answers.layout().activate()
    first, second = (answers.values[one.key] for one in GOOD[:2])
    assert first.width() > second.width()
    needed = answers._grid.columnStretch(0)
    answers.draw(GOOD)
    assert answers._grid.columnStretch(0) == needed  # nothing jumps
    answers.hide()


# -- messages --------------------------------------------------------------------------

LEVELS = (Level.ATTENTION, Level.NOTE, Level.NOTE)
THREE = tuple(
    Message(f"k{n}", level, f"condition {n}", f"action {n}", 90.0)
    for n, level in enumerate(LEVELS)
)


@pytest.fixture
def told(qapp) -> MessagePanel:
    panel = MessagePanel()
    panel.resize(1200, 300)
    panel.dress(LARGE)
    panel.show()
    yield panel
    panel.hide()


def test_the_first_is_large_and_the_others_have_a_line_each(told) -> None:
    told.draw(THREE)
    assert "condition 0" in told.first.full_text
    assert "action 0" not in told.first.full_text
    assert "action 0" in told.second.full_text
    assert not told.second.isHidden()
    assert told.sentence.isHidden()
    for line, n in zip(told.others, (1, 2), strict=True):
        assert f"condition {n}" in line.full_text
        assert not line.isHidden()
    assert told.property("state") == "attention"
    assert told.toolTip().splitlines()[0] == "condition 0 · action 0"
    assert told.toolTip().endswith(TIP)


def test_lines_without_words_take_no_room(told) -> None:
    told.draw(THREE)
    told.draw((replace(THREE[1], action=""),))
    assert "condition 1" in told.first.full_text
    assert all(line.isHidden() for line in told.others)
    assert told.property("state") == ""


def test_a_small_page_has_the_age_beside_the_condition(told) -> None:
    told.draw(THREE)
    told.dress(SMALL)
    assert told.first.full_text == "condition 0 · for 90 s"
    assert told.second.full_text == "action 0"
    told.draw((replace(THREE[0], condition="n" * 140),))
    assert told.first.isHidden()
    assert told.second.full_text == "for 90 s · action 0"
    for theme, first in ((SMALL, messages.ALIKE), (LARGE, messages.LARGE)):
        lines = theme.line_px(26), 2 * theme.line_px(24)
        margins = theme.px(2 * messages.MARGINS[1])
        assert (
            told.height_for(theme) == theme.line_px(first, True) + sum(lines) + margins
        )


@pytest.mark.parametrize("theme", [LARGE, SMALL])
def test_a_long_sentence_is_wrapped(told, theme) -> None:
    told.dress(theme)
    long = replace(THREE[0], condition="The analysis has stopped and says why " * 9)
    told.draw((long,))
    assert not told.sentence.isHidden()
    assert told.first.isHidden()
    assert told.sentence.text().startswith("The analysis has stopped")


def test_a_long_message_leaves_the_next_as_large_as_it_was(told) -> None:
    told.draw(THREE[:1])
    large = told.first.font().pixelSize()
    wide = replace(THREE[1], condition="Motion with lipid: left out " + "n" * 30)
    told.draw((wide,))
    assert told.sentence.isHidden()
    assert 24 < told.first.font().pixelSize() < large
    told.draw((replace(wide, condition="Motion"),))  # the same, that counts down
    assert told.first.font().pixelSize() < large
    told.draw(THREE[:1])
    assert told.first.font().pixelSize() == large


def test_what_to_do_stands_right_below_a_sentence(told) -> None:
    """It stood at the foot of the panel, as if it were of another message."""
    long = replace(THREE[0], condition="The analysis has stopped and says why " * 3)
    told.draw((long,))
    told.layout().activate()
    words = told.sentence.heightForWidth(told.sentence.width())
    assert told.sentence.height() == words
    assert 0 <= told.second.y() - told.sentence.geometry().bottom() < 10
    assert told.second.geometry().bottom() < told.height() - 50


def test_messages_that_are_shown_cost_nothing(told) -> None:
    told.draw(THREE)
    told.first.show_text("by another")
    told.draw(THREE)
    assert told.first.full_text == "by another"


def test_a_click_is_on_the_message_at_its_height(told) -> None:
    told.draw(THREE)
    told.layout().activate()
    clicked: list[int] = []
    told.acknowledged.connect(clicked.append)
    tops = [line.y() for line in told.others]
    assert 0 < tops[0] < tops[1]

    def release(y: int, button: Qt.MouseButton) -> None:
        place = QPointF(5.0, y)
        kind, none = QEvent.Type.MouseButtonRelease, Qt.KeyboardModifier.NoModifier
        told.mouseReleaseEvent(QMouseEvent(kind, place, place, button, button, none))

    for y in (tops[0] - 1, tops[0], tops[1] - 1, tops[1]):
        release(y, Qt.MouseButton.LeftButton)
    release(tops[0], Qt.MouseButton.RightButton)
    told.mouseReleaseEvent(None)
    assert clicked == [0, 1, 1, 2]


# -- status ----------------------------------------------------------------------------

STATUS = Status("● REC 00:01:02", False, "BASELINE 2 min", "40 min", ("a", "b"), "more")


@pytest.fixture
def strip(qapp) -> StatusPanel:
    panel = StatusPanel()
    panel.resize(1900, 84)
    panel.dress(LARGE)
    return panel


def test_the_strip_says_stream_phase_plan_and_details(strip) -> None:
    strip.draw(STATUS)
    assert strip.stream.full_text == STATUS.stream
    assert strip.phase.full_text == STATUS.phase
    assert strip.plan.full_text == STATUS.plan
    assert [line.full_text for line in strip.details] == ["a", "b"]
    assert strip.toolTip() == "more"
    assert strip._tile.property("state") != "attention"
    strip.draw(replace(STATUS, stream_attention=True))
    assert strip._tile.property("state") == "attention"


def test_only_a_whole_page_has_the_time_of_day(strip) -> None:
    strip.draw(STATUS)
    assert len(strip.time.full_text) == len(TIME)
    assert strip._usual()[-1] == TIME
    strip.dress(SMALL)
    strip.tick()
    assert strip.time.full_text == ""
    assert strip._usual()[-1] == ""


def test_a_status_is_shown_once(strip) -> None:
    strip.draw(STATUS)
    strip.phase.show_text("by another")
    strip.draw(STATUS)
    assert strip.phase.full_text == "by another"


def shares(strip: StatusPanel) -> list[int]:
    return [strip._row.stretch(place) for place in range(5)]


def test_details_keep_the_room_that_they_once_needed(strip) -> None:
    strip.draw(replace(STATUS, details=("a long detail of the session " * 2, "b")))
    first = shares(strip)
    strip.draw(STATUS)
    assert shares(strip) == first
    strip.dress(LARGE)
    assert shares(strip)[4] <= first[4]
    assert first[4] >= strip._details_px > 0
    wide = StatusPanel()
    wide.resize(900, 84)
    wide.dress(LARGE)
    wide.draw(STATUS)
    assert shares(wide)[4] >= wide._details_px
    assert strip._tile.layout().contentsMargins().left() == LARGE.px(16)


def test_all_room_is_shared_out_and_a_menu_takes_its_own(strip) -> None:
    strip.draw(STATUS)
    spacing = strip._row.spacing()
    assert sum(shares(strip)) == strip.width() - 4 * spacing
    before = sum(shares(strip))
    strip.menu.setVisible(True)
    strip._make_room()
    assert before - sum(shares(strip)) == strip.menu.width() + spacing
    strip.resize(300, 84)
    strip._make_room()
    assert min(shares(strip)) >= 1


def test_a_menu_stands_beside_its_button(strip) -> None:
    corner = strip.menu.mapToGlobal(strip.menu.rect().bottomLeft())
    assert strip._beside_button(70).x() == corner.x() - 70
    assert strip._beside_button(70).y() == corner.y()


def test_a_state_is_given_once(qapp, monkeypatch) -> None:
    panel, polished = StatusPanel(), []
    monkeypatch.setattr(
        type(panel), "style", lambda self: polished.append(self), raising=False
    )
    for state in ("attention", "attention", ""):
        status.restate(panel, state)
    assert len(polished) == 2
