"""Names and types of a TOML table: what may stand there, what is said otherwise."""

import math
from typing import Any

import pytest

from streams.errors import InputError
from streams.messages.tables import check_names, check_type


@pytest.mark.parametrize(
    ("value", "kind"),
    [(1, int), (1, float), (1.5, float), (True, bool), ("", str), ((), tuple)],
)
def test_the_right_type_is_right(value: Any, kind: type) -> None:
    check_type("Protocol mine", "x", value, kind)


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        (1.0, int, "x = 1.0 in [mrd] should be of type int."),
        (True, int, "x = True in [mrd] should be of type int."),
        (1, bool, "x = 1 in [mrd] should be of type bool."),
        (True, float, "x = True in [mrd] should be of type float."),
        ("1", float, "x = '1' in [mrd] should be of type float."),
        (math.inf, float, "x = inf in [mrd] should be of type float and finite."),
        (1, str, "x = 1 in [mrd] should be of type str."),
    ],
)
def test_the_wrong_type_is_one_sentence(value: Any, kind: type, said: str) -> None:
    with pytest.raises(InputError) as caught:
        check_type("Protocol mine", "x", value, kind, " in [mrd]")
    assert str(caught.value) == f"Protocol mine: {said}"


def test_a_number_that_no_float_can_hold_is_refused() -> None:
    with pytest.raises(InputError, match="should be of type float"):
        check_type("Protocol mine", "x", 10**400, float)


def test_a_limit_may_be_none_at_all() -> None:
    check_type("Protocol mine", "x", math.nan, float, nan=True)
    with pytest.raises(InputError):
        check_type("Protocol mine", "x", "nan", float, nan=True)


def test_names_are_those_that_are_known() -> None:
    check_names("Protocol mine", ["a"], ("a", "b"))
    with pytest.raises(InputError) as caught:
        check_names("Protocol mine", ["d", "a", "c"], ("a", "b"), " in [mrd]")
    assert (
        str(caught.value)
        == "Protocol mine: unknown field c, d in [mrd]; known are a, b."
    )
