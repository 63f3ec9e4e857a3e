"""The text of an event is anybody's: one that is no flat JSON object is none."""

import pytest

from streams.messages.event_table import event_table


def test_a_flat_object_is_read():
    assert event_table('{"a": 1, "b": [[0, 2.5]], "c": "d"}') == {
        "a": 1, "b": [[0, 2.5]], "c": "d",
    }  # fmt: skip


@pytest.mark.parametrize("depth", [3, 100, 450, 700, 900, 1500, 8000])
def test_what_is_nested_is_none(depth):
    value = depth * "[" + depth * "]"
    assert event_table(value) is None
    assert event_table(f'{{"window": {value}}}') is None
    assert event_table(depth * '{"a": ' + "1" + depth * "}") is None


@pytest.mark.parametrize("text", ["", "[]", "5", "null", '"a"', "[[", '{"a"', "{}{}"])
def test_another_text_is_none(text):
    assert event_table(text) is None
