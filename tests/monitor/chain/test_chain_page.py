"""The page: legible sizes, and nothing of a hidden outcome."""

from pathlib import Path

import numpy as np
import pytest

from monitor.chain.followed_series import comments_of
from monitor.chain.page import WHITE, draw_page, draw_words, with_banner
from monitor.protocol.choose import Wishes
from monitor.protocol.settings import Settings
from monitor.run.session_run import SessionRun
from monitor.screen.display import Display
from streams.messages.transient import Start
from streams.sources.recording import messages

RECORDING = Path(__file__).resolve().parents[3] / "recordings" / "infusion-short.mcap"


@pytest.fixture(scope="module", params=[False, True], ids=["open", "blinded"])
def screen(request):
    """A short session, the outcome hidden or not."""
    changes = {"window": 8, "outcome_hidden": request.param}
    run, display = SessionRun(Wishes(changes=changes)), Display(Settings())
    for count, message in enumerate(messages(RECORDING)):
        update = run.push(message)
        if update.settings is not None and isinstance(message.body, Start):
            display = Display(update.settings)
        display.fold(update, float(count))
        if count == 60:
            break
    return request.param, display.screen(61.0)


@pytest.mark.parametrize("size", [256, 512])
def test_a_page_has_trend_and_number_and_nothing_hidden(screen, size):
    hidden, shown = screen
    pixels = draw_page(shown, size)
    assert pixels.shape == (size, size)
    assert pixels.dtype == np.uint16
    assert pixels.max() == WHITE
    assert np.mean(pixels > 0) > 0.03
    said = "; ".join(comments_of(shown))
    assert "FWHM" in said
    assert ("Glx/tNAA, change" in said) is not hidden


def test_words_fit_into_their_page():
    pixels = draw_words(["word " * 40], 256)
    assert not pixels[:, -3:].any()
    assert pixels.any()


def test_a_banner_leaves_the_top_of_the_page():
    page = np.full((512, 512), 7, np.uint16)
    shown = with_banner(page, ["THE ANALYSIS IS BEHIND: 3 of 32 transients."])
    assert np.all(shown[:400] == 7)
    assert not np.any(shown[-30:] == 7)


def test_a_banner_is_as_high_as_its_words():
    page = np.full((512, 512), 7, np.uint16)
    one, many = (with_banner(page, ["BEHIND: 3 of 32 transients."] * n) for n in (1, 6))
    heights = [int(np.sum(np.any(shown != 7, axis=1))) for shown in (one, many)]
    assert 0.03 * 512 < heights[0] < 0.1 * 512
    assert heights[1] > 4 * heights[0]
    words = np.flatnonzero(draw_words(["BEHIND: 3 of 32 transients."], 512).any(axis=1))
    assert heights[0] > words[-1]  # the foot of the last line, too
    none = with_banner(page, [])
    assert np.all(none[:-1] == 7)
