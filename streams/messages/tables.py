"""Tables of a TOML file: names that are known, values of the right type.

`owner` is what the table belongs to ("Protocol mine"), `within` the table where that
has to be said (" in [mrd]").
"""

from __future__ import annotations

from collections.abc import Iterable

from streams.errors import InputError
from streams.messages.fields import finite


def check_names(
    owner: str, names: Iterable[str], known: Iterable[str], within: str = ""
) -> None:
    """Refuse names that are not known."""
    known = tuple(known)
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise InputError(
            f"{owner}: unknown field {', '.join(unknown)}{within}; known are "
            f"{', '.join(known)}."
        )


def check_type(
    owner: str,
    name: str,
    value: object,
    kind: type,
    within: str = "",
    nan: bool = False,
) -> None:
    """Refuse a value that is not of its type; a whole number may stand for a float.

    A float must be finite; `nan` also allows the values that are not.
    """
    if kind is float:
        right = finite(value) is not None or (nan and type(value) is float)
    else:
        right = type(value) is kind
    if not right:
        also = " and finite" if isinstance(value, float) and kind is float else ""
        raise InputError(
            f"{owner}: {name} = {value!r}{within} should be of type {kind.__name__}"
            f"{also}."
        )
