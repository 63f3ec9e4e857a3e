"""Words on several lines that shrink until they fit, before any is cut."""

from monitor.app.widgets.paragraph import Paragraph
from monitor.app.widgets.theme import DARK, Theme

THEME = Theme(DARK, 1.0)
WORDS = "the newest window agrees with the tracker and with the windows before it"


def test_words_shrink_before_they_are_cut(qapp) -> None:
    words = Paragraph(30.0, 6.0)
    words.resize(300, 200)
    words.dress(THEME)
    full = words.font().pixelSize()
    words.show_text(WORDS, 100)
    assert words.font().pixelSize() < full
    assert not words.cut
    assert words.height() <= 100
    words.show_text(WORDS, 8)
    assert words.cut
    words.refit()
    words.show_text("tracker", 200)
    words.refit()
    assert words.font().pixelSize() == full
