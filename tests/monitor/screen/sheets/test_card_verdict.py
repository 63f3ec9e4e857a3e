"""Go or not: what the card says at its head."""

from __future__ import annotations

import pytest

from monitor.screen.sheets.checks import MARKERS, verdict_of


@pytest.mark.parametrize(
    ("against", "start_s", "verdict"),
    [
        ([], None, "GO"),
        (["line width", "disk"], None, "NOT YET: line width, disk"),
        ([MARKERS], 612.0, "BEGUN at 10:12"),
        (["disk", MARKERS], 612.0, "BEGUN at 10:12; not as wanted: disk"),
    ],
)
def test_the_head_says_whether_to_go_and_after_the_start_that_it_has_begun(
    against, start_s, verdict
):
    assert verdict_of(against, start_s) == verdict
