"""What was typed stays in the recording, whatever the kind of event."""

import pytest
from export_cases import STEAM
from hypothesis import given
from hypothesis import strategies as st

from streams.export.shared_fields import KINDS, REMARK, ROLES, without_typed
from streams.messages.transient import EVENT_KINDS, Event, Start

NAME = "Mustermann"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_known_kind_keeps_its_kind_and_time_alone(kind: str):
    event = Event(3.5, kind, f"Frau {NAME} hustet", f"Dr {NAME}")
    assert without_typed(event) == Event(3.5, kind)


def test_a_kind_that_was_typed_is_a_remark():
    assert without_typed(Event(1.0, f"{NAME} coughs")) == Event(1.0, REMARK)


@pytest.mark.parametrize(
    ("kind", "text", "left"),
    [
        ("infusion_start", "0.23 mg/kg", "0.23 mg/kg"),
        ("infusion_start", "0.5 mg/kg 40 min", "0.5 mg/kg 40 min"),
        ("infusion_start", f"0.23 mg/kg {NAME}", ""),
        ("reference", "0:600", "0:600"),
        ("reference", f"0:600 {NAME}", ""),
        ("settings", '{"window": 64}', '{"window": 64}'),
        ("settings", '{"outcome": "Glx/tNAA"}', '{"outcome": "Glx/tNAA"}'),
        ("settings", '{"rejected_epochs": [1]}', '{"rejected_epochs": [1]}'),
        ("settings", f'{{"window": "{NAME}"}}', ""),
        ("settings", '{"outcome": "Max"}', ""),
        ("settings", f'{{"rejected_epochs": ["{NAME}"]}}', ""),
        ("settings", f'{{"{NAME}": 1}}', ""),
        ("gap", "Transient 17 never came.", "Transient 17"),
        ("dropped", f"{NAME}.dat: transient 3 is not finite", "transient 3"),
        ("note", f"CONJUGATION CONTRADICTED; {NAME}", "CONJUGATION CONTRADICTED"),
        (
            "conjugation_contradicted",
            f"CONJUGATION CONTRADICTED; {NAME}",
            "CONJUGATION CONTRADICTED",
        ),
    ],
)
def test_what_the_program_says_itself_stays(kind: str, text: str, left: str):
    assert without_typed(Event(0.0, kind, text)) == Event(0.0, kind, left)


@given(
    kind=st.sampled_from([*EVENT_KINDS, "fell asleep"]),
    around=st.tuples(st.text(max_size=20), st.text(max_size=20)),
    author=st.text(max_size=20),
)
def test_nothing_around_a_name_lets_it_leave(
    kind: str, around: tuple[str, str], author: str
):
    left = without_typed(Event(0.0, kind, NAME.join(around), f"{author}{NAME}"))
    assert isinstance(left, Event)
    assert NAME not in f"{left.kind}{left.text}{left.author}"


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_role_is_no_person(role: str):
    event = Event(0.0, "note", "", role)
    assert without_typed(event) == event


def test_the_source_of_an_older_recording_loses_the_name_of_its_file():
    old = Start(STEAM, f"NIfTI-MRS file {NAME}.nii.gz")
    assert without_typed(old) == Start(STEAM, "NIfTI-MRS file")
    virtual = Start(STEAM, "virtual scanner, infusion")
    assert without_typed(virtual) == virtual
