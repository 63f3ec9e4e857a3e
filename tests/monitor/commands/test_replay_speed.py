"""The pace of a replay as it is typed."""

import math

import pytest

from monitor.commands.options import replay_speed
from streams.errors import InputError


@pytest.mark.parametrize(
    ("text", "speed"), [("max", math.inf), ("MAX", math.inf), ("2", 2.0), ("0.5", 0.5)]
)
def test_a_factor_or_max(text: str, speed: float):
    assert replay_speed(text) == speed


@pytest.mark.parametrize("text", ["0", "-1", "nan", "fast", ""])
def test_any_other_word_is_refused(text: str):
    with pytest.raises(InputError):
        replay_speed(text)
