import pytest

from streams.messages.span import span_of


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("0:600", (0.0, 600.0)),
        (" 10m : 1200 ", (600.0, 1200.0)),
        ("-90:0.5m", (-90.0, 30.0)),
        *((text, None) for text in ("", "600", "a:b", "20:10", "5:5", "1:2:3")),
        *((text, None) for text in ("0:inf", "nan:5", "m:5", "-inf:0")),
    ],
)
def test_a_span_is_read_or_is_none(text: str, span: tuple[float, float] | None) -> None:
    assert span_of(text) == span
