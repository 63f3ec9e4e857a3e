"""Since when something is so: said once, and not of what has just begun."""

import pytest

from monitor.screen.parts.message_lines import _rest
from monitor.screen.screen import Level, Message


@pytest.mark.parametrize(
    ("condition", "age_s", "said"),
    [
        ("No transient", 41.0, ["for 41 s", "look at the scanner"]),
        ("No transient for 41 s", 41.0, ["look at the scanner"]),
        ("No transient", 0.5, ["look at the scanner"]),
    ],
)
def test_the_age_of_a_condition(condition, age_s, said):
    message = Message(
        "silent", Level.ATTENTION, condition, "look at the scanner", age_s
    )
    assert _rest(message) == said
