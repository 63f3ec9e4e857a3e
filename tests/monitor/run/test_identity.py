"""Who is measured, as typed: in the recording, back out of it, and in results."""

from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worked_through import result_of

from monitor.report.result_tables import session_summary
from monitor.run.identity import IDENTITY, Identity, identity_from
from streams.errors import InputError
from streams.messages.transient import Event, number
from streams.sources.recording import messages

RECORDING = Path(__file__).resolve().parents[3] / "recordings" / "infusion-short.mcap"


def typed(text: str) -> Event:
    """An event of the operator's."""
    return Event(0.0, IDENTITY, text, "operator")


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
    assert identity_from(typed(identity.text)) == identity


@pytest.mark.parametrize("name", ["Erika Mustermann", "a/b", "x" * 25, "ä"])
def test_a_name_or_a_path_is_no_code(name):
    with pytest.raises(InputError, match="never a name"):
        Identity(name)
    with pytest.raises(InputError, match="visit"):
        Identity("07", name)


@given(st.text())
def test_any_other_text_names_nobody(text):
    found = identity_from(typed(text))
    assert found is None or isinstance(found, Identity)


@pytest.mark.parametrize("author", ["", "publisher", "scanner", "relay"])
def test_what_nobody_typed_names_nobody(author):
    event = Event(0.0, IDENTITY, Identity("07", "2").text, author)
    assert identity_from(event) is None
    assert identity_from(Event(0.0, "note", event.text, "operator")) is None


def test_it_is_in_the_results_as_it_was_typed_last():
    recorded = list(islice(messages(RECORDING), 20))
    whole = result_of(recorded)
    assert session_summary(whole, "x")["subject"] is None
    start, *rest = (message.body for message in recorded)
    who = (("06", "1", "operator"), ("07", "", "operator"), ("P9", "9", "scanner"))
    events = [
        Event(0.0, IDENTITY, Identity(subject, visit).text, author)
        for subject, visit, author in who
    ]
    said = session_summary(result_of(number([start, *events, *rest], "who")), "x")
    assert (said["subject"], said["visit"]) == ("07", None)
