"""Each way of taking a field out, and what is said of one that is wrong."""

import math
from typing import Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.errors import InputError
from streams.messages.fields import MAX_COUNT, MAX_TEXT, Fields, finite
from streams.messages.requests import reply_from, request_from


def refuse(problem: str) -> NoReturn:
    raise InputError(f"It {problem}.")


def of(value: Any) -> Fields:
    return Fields({"x": value}, refuse)


GOOD: tuple[tuple[str, tuple[Any, ...], Any], ...] = (
    ("text", (), "é" * MAX_TEXT),
    ("integer", (), 0),
    ("integer", (-1,), -1),
    ("integer", (), MAX_COUNT),
    ("boolean", (True,), False),
    ("number", (), -1e15),
    ("positive", (), 5e-324),
    ("optional_number", (), None),
    ("optional_number", (), 0.0),
)
WRONG: tuple[tuple[str, tuple[Any, ...], Any, str], ...] = (
    ("text", (), None, "lacks x"),
    ("text", (), 3, "no text"),
    ("text", (None, 2), "abc", "more than 2"),
    ("text", (), "\ud800", "no Unicode"),
    ("integer", (), 1.0, "no whole"),
    ("integer", (), True, "no whole"),
    ("integer", (), -1, "outside 0 to"),
    ("integer", (), MAX_COUNT + 1, "outside 0 to"),
    ("integers", (2,), 3, "no list"),
    ("integers", (2,), [1, 2, 3], "at most 2"),
    ("integers", (2,), [1, "2"], "no whole"),
    ("boolean", (True,), 1, "neither"),
    ("number", (), True, "no number"),
    ("number", (), "1", "no number"),
    ("number", (), math.nan, "outside -1e"),
    ("number", (), 10**400, "outside -1e"),
    ("number", (0.0,), -1.0, "outside 0 to"),
    ("positive", (), 0.0, "not above zero"),
    ("optional_number", (), -1.0, "outside 0 to"),
)


@pytest.mark.parametrize(("take", "given_", "value"), GOOD)
def test_what_is_right_comes_out_as_it_is(
    take: str, given_: tuple[Any, ...], value: Any
) -> None:
    assert getattr(of(value), take)("x", *given_) == value


@pytest.mark.parametrize(("take", "given_", "value", "said"), WRONG)
def test_what_is_wrong_is_one_sentence(
    take: str, given_: tuple[Any, ...], value: Any, said: str
) -> None:
    with pytest.raises(InputError, match=r"^It ") as caught:
        getattr(of(value), take)("x", *given_)
    assert said in str(caught.value)


def test_a_default_stands_for_what_is_absent_and_not_for_what_is_wrong() -> None:
    nothing = Fields({}, refuse)
    assert nothing.text("x", "") == ""
    assert nothing.integer("x", default=3) == 3
    assert nothing.integers("x", 2) == ()
    assert nothing.boolean("x", True) is True
    assert of([1, 2]).integers("x", 2) == (1, 2)
    with pytest.raises(InputError):
        of([]).text("x", "")


@given(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3))
def test_a_finite_number_is_a_float_or_none(value: object) -> None:
    found = finite(value)
    if found is not None:
        assert math.isfinite(found)
        assert found == pytest.approx(value)
        assert not isinstance(value, bool | str)


@pytest.mark.parametrize(
    ("read", "name", "content", "said"),
    [
        (request_from, b"fetch", b'{"v": 1}', "The fetch request lacks count."),
        (
            request_from,
            b"event",
            b'{"v": 1, "time_s": "now"}',
            "The event request has a time_s that is no number.",
        ),
        (reply_from, b"recorded", b'{"v": 1}', "The recorded reply lacks time_s."),
    ],
)
def test_a_request_says_which_and_which_field(
    read: Any, name: bytes, content: bytes, said: str
) -> None:
    with pytest.raises(InputError) as caught:
        read([name, content])
    assert str(caught.value) == said
