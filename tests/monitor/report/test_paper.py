"""Pages of a report: everything within the margins, in order, nothing over another."""

from itertools import accumulate, pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.text import Text

from monitor.report.drawing import INK
from monitor.report.paper import (
    A4,
    BOTTOM,
    CAPTION,
    GAP,
    LEADING,
    MARGIN,
    SIZE,
    WIDTH,
    Paper,
    height_of,
    width_of,
    wrap,
)

LONG = "The concentration of glutamate relative to total creatine rose. " * 3
SHARES = (0.2, 0.5, 0.3)
HEADER = ("name", "what", "value")


def boxes(page: Figure) -> list[tuple[float, float, float, float, Text]]:
    """Left, top, right, bottom of each line of text in inches from the upper left."""
    found = []
    for text in page.texts:
        x, y = text.get_position()
        left, top = x * A4[0], (1 - y) * A4[1]
        size, weight = text.get_fontsize(), text.get_fontweight()
        right = left + width_of(text.get_text(), size, weight)
        found.append((left, top, right, top + size / 72, text))
    return found


def check_layout(paper: Paper) -> None:
    for page in paper.pages:
        found = boxes(page)
        for left, top, right, bottom, text in found:
            assert left >= MARGIN - 1e-9, text
            assert right <= A4[0] - MARGIN + 1e-6, text
            assert top >= MARGIN - 1e-9, text
            assert bottom <= A4[1] - BOTTOM + 1e-6, text
        for i, (l1, t1, r1, b1, one) in enumerate(found):
            for l2, t2, r2, b2, other in found[i + 1 :]:
                apart = r1 <= l2 or r2 <= l1 or b1 <= t2 + 0.01 or b2 <= t1 + 0.01
                assert apart, (one.get_text(), other.get_text())


def words(page: Figure) -> list[str]:
    return [text.get_text() for text in page.texts]


def test_blocks_flow_down_the_pages() -> None:
    paper = Paper("footer")
    drawn = []
    for k in range(8):
        paper.heading(f"{k}. A heading that is so long that it needs two lines " * 2)
        paper.paragraph(LONG)
        paper.table(HEADER, [(f"row {i}", LONG, "x") for i in range(4)], SHARES)
        paper.figure(1.5, lambda figure, box: drawn.append((figure, box)))
        paper.paragraph("Its caption.")
        paper.pairs([(f"key {i}", f"value {i}") for i in range(5)], 0.2)
    paper.lines_to_sign(("Name", "Date", "Signature"))
    assert len(paper.pages) > 2
    check_layout(paper)
    for figure, (left, low, width, height) in drawn:
        assert left * A4[0] == pytest.approx(MARGIN)
        assert width * A4[0] == pytest.approx(WIDTH)
        assert height * A4[1] == pytest.approx(1.5)
        assert low * A4[1] >= BOTTOM + CAPTION - 0.1
        top_in, low_in = (1 - low - height) * A4[1], (1 - low) * A4[1]
        for _, top, _, bottom, text in boxes(figure):
            assert bottom <= top_in + 1e-6 or top >= low_in - 1e-6, text
        below = [b for b in boxes(figure) if b[1] >= low_in]
        assert min(below, key=lambda b: b[1])[4].get_text() == "Its caption."
    said = [w for page in paper.pages for w in words(page)]
    numbers = [w[:2] for w in said if w[:2] in [f"{k}." for k in range(8)]]
    assert numbers == [f"{k}." for k in range(8)]


def test_a_heading_stays_with_what_follows() -> None:
    paper = Paper("")
    while paper.left > 1.0 or not paper.pages:
        paper.paragraph("A line.")
    paper.heading("Next")
    assert len(paper.pages) == 2
    assert words(paper.pages[1])[0] == "Next"


def test_a_table_over_two_pages_has_its_header_twice_and_no_lone_row() -> None:
    paper = Paper("")
    paper.table(HEADER, [(f"row {i}", "x", "1") for i in range(60)], SHARES)
    assert len(paper.pages) == 2
    assert [page.texts[0].get_text() for page in paper.pages] == ["name", "name"]
    assert paper.pages[0].texts[0].get_fontweight() == "bold"
    for count in range(40, 60):
        last = Paper("")
        last.table((), [(f"row {i}", "x", "1") for i in range(count)], SHARES)
        if len(last.pages) > 1:
            break
    assert len([w for w in words(last.pages[1]) if w.startswith("row")]) == 2


def test_columns_stand_where_their_shares_say() -> None:
    paper = Paper("")
    bold = [("a", "b", "c"), ("d", "e", "f")]
    paper.table((), bold, SHARES, bold=lambda row: row[0] == "d")
    lefts = [box[0] for box in boxes(paper.pages[0])[:3]]
    assert lefts == pytest.approx([MARGIN, MARGIN + 0.2 * WIDTH, MARGIN + 0.7 * WIDTH])
    weights = [text.get_fontweight() for text in paper.pages[0].texts]
    assert weights == ["normal"] * 3 + ["bold"] * 3
    assert {text.get_color() for text in paper.pages[0].texts} == {INK}


def test_pairs_are_read_downwards_in_two_columns() -> None:
    paper = Paper("")
    paper.pairs([("a", "1"), ("b", "2"), ("c", "3")], 0.1)
    assert words(paper.pages[0]) == ["a", "1", "c", "3", "b", "2", "", ""]


def test_heights_are_what_is_taken_from_a_page() -> None:
    def one(paper: Paper, text: str) -> None:
        paper.paragraph(text)

    assert height_of(one, "A line.") == pytest.approx(LEADING + 0.06)
    assert height_of(one, LONG * 200) == float("inf")
    assert Paper("").left == 0.0


def test_places_to_sign_stand_side_by_side() -> None:
    paper = Paper("")
    paper.lines_to_sign(("Name", "Date"))
    at = boxes(paper.pages[0])
    assert [b[0] for b in at] == pytest.approx([MARGIN, MARGIN + WIDTH / 2])
    rules = paper.pages[0].artists
    lines = [line.get_xdata() for line in rules]
    assert len(lines) == 2
    for (_, end), (start, _) in pairwise(lines):
        assert end < start
    level = (1 - rules[0].get_ydata()[0]) * A4[1]
    assert MARGIN < level < at[0][1]


@settings(max_examples=40)
@example(["WWaa", "aciiW"], 0.3)
@given(
    st.lists(st.text("abcWi", min_size=1, max_size=30), max_size=12), st.floats(0.3, 3)
)
def test_wrapped_lines_hold_every_letter_and_fit(
    parts: list[str], width: float
) -> None:
    lines = wrap(" ".join(parts), width, SIZE, "normal")
    assert len(lines) >= 1
    assert "".join(lines).replace(" ", "") == "".join(parts)
    ends = accumulate(map(len, parts))
    begins, letters = dict(zip(ends, parts[1:], strict=False)), 0
    for line, after in pairwise(lines):
        letters += len(line.replace(" ", ""))
        word = begins.get(letters)  # None: one that is broken goes on
        joined = f"{line}{after[0]}" if word is None else f"{line} {word}"
        assert width_of(joined, SIZE, "normal") > width
    for line in lines:
        assert width_of(line, SIZE, "normal") <= width or len(line) == 1


def test_a_percent_stays_beside_its_number() -> None:
    lines = wrap("so much more: Glx/tNAA +3.1 %.", 1.2, SIZE, "normal")
    assert len(lines) > 1
    assert not any(line.startswith("%") for line in lines)
    whole = [width_of(line, SIZE, "normal") for line in lines]
    assert max(whole) <= 1.2


def test_cells_are_wrapped_within_their_column() -> None:
    paper = Paper("")
    paper.table((), [("W" * 80, LONG, "a\nb")], SHARES)
    columns = {0: 0.2, 1: 0.5, 2: 0.3}
    for left, _, right, _, _ in boxes(paper.pages[0]):
        share = columns[sum(left > MARGIN + WIDTH * at + 1e-6 for at in (0.0, 0.2))]
        assert right - left <= share * WIDTH - GAP + 1e-6
    assert words(paper.pages[0])[-2:] == ["a", "b"]
