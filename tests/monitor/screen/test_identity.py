"""Who is measured, as typed: on the page, in files, and back out of the recording."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from screen_cases import shown

from monitor.analysis.update import Update
from monitor.screen.identity import IDENTITY, Identity, identity_from
from streams.errors import InputError
from streams.messages.transient import Event


@pytest.mark.parametrize(
    ("identity", "words", "prefix"),
    [
        (Identity("07", "2"), "sub-07 · visit 2", "sub-07_visit-2_"),
        (Identity("sub-07", "ses-2"), "sub-07 · visit 2", "sub-07_visit-2_"),
        (Identity("", "2"), "visit 2", "visit-2_"),
        (Identity(), "", ""),
    ],
)
def test_it_reads_as_codes(identity, words, prefix):
    assert (identity.words, identity.prefix) == (words, prefix)
    assert identity_from(identity.text) == identity


@pytest.mark.parametrize("typed", ["Erika Mustermann", "a/b", "x" * 25, "ä"])
def test_a_name_or_a_path_is_no_code(typed):
    with pytest.raises(InputError, match="never a name"):
        Identity(typed)
    with pytest.raises(InputError, match="visit"):
        Identity("07", typed)


@given(st.text())
def test_any_other_text_names_nobody(text):
    assert identity_from(text) is None or isinstance(identity_from(text), Identity)


def test_it_is_on_the_page_and_the_newest_holds(updates):
    display = shown(updates, 700.0)
    for seq, one in enumerate((Identity("06", "1"), Identity("07", "2"))):
        event = Event(700.0, IDENTITY, one.text, "operator")
        display.fold(Update(9000 + seq, 0, event=event), 700.0)
    screen = display.screen(700.5)
    assert screen.status.details[0] == "sub-07 · visit 2 · fake"
    assert [m.text for m in screen.trend.axis.marks] == ["infusion on"]
    display.fold(Update(9002, 0, event=Event(700.0, IDENTITY, "?", "x")), 700.0)
    assert display.screen(700.5).status.details[0] == "sub-07 · visit 2 · fake"
