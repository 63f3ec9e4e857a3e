"""The page as a whole: one number, wherever it stands."""

from dataclasses import replace

import pytest

from monitor.screen.number_words import DASH


@pytest.mark.parametrize(
    ("number", "fade", "state"),
    [("+6.1 %", 1.0, "old"), ("+6.1 %", 0.0, ""), (DASH, 1.0, "")],
)
def test_the_table_is_as_grey_as_the_number(open_bench, reports, number, fade, state):
    """While lipid was left out the number was grey, and blue in the table."""
    bench = open_bench()
    bench.show(reports[:200])
    screen = bench.window.seen()
    said = replace(screen.headline, number=number, fade=fade)
    bench.page.draw(replace(screen, headline=said, fade=0.0), everything=True)
    assert bench.page.table.property("state") == state
