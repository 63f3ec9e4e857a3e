"""A change of settings during a run: what it may name, and what is done again."""

import json
from dataclasses import replace

import pytest

from monitor.analysis.settings_event import changed_by, concerned_by
from monitor.protocol.settings import Settings
from streams.errors import InputError

OPEN = Settings(outcome="Glu", window=32, step=4)
HIDDEN = replace(OPEN, outcome_hidden=True)


@pytest.mark.parametrize("settings", [OPEN, HIDDEN])
def test_only_what_is_named_changes(settings) -> None:
    table = {"window": 64, "rejected_epochs": [1, 2], "left_out_s": [[0.0, 9.5]]}
    found = changed_by(json.dumps(table), settings)
    assert found == settings.with_changes(
        window=64, rejected_epochs=(1, 2), left_out_s=((0.0, 9.5),)
    )
    assert changed_by("{}", settings) == settings


@pytest.mark.parametrize(
    ("field", "word"), [("outcome", "Gln"), ("macromolecules", "five")]
)
def test_words_are_for_two_fields_alone(field, word) -> None:
    found = changed_by(json.dumps({field: word, "step": 8}), OPEN)
    assert (getattr(found, field), found.step) == (word, 8)


@pytest.mark.parametrize(
    "table",
    [
        {"window": "64"},
        {"window": None},
        {"rejected_epochs": ["a"]},
        {"left_out_s": [[0.0, "Jo"]]},
        {"outcome": "Gln", "window": "64"},
    ],
)
def test_what_is_no_figure_is_refused(table) -> None:
    with pytest.raises(InputError, match="gives figures for all but"):
        changed_by(json.dumps(table), OPEN)


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"golden": 1}', '{"window": 64, "outcome_hidden": 0}']
)
def test_what_may_not_change_is_refused(text) -> None:
    with pytest.raises(InputError, match="must name some of"):
        changed_by(text, OPEN)


def test_a_hidden_outcome_stays_and_everything_else_may_change() -> None:
    with pytest.raises(InputError, match="hides the outcome"):
        changed_by('{"outcome": "Gln"}', HIDDEN)
    assert changed_by('{"window": 64}', HIDDEN).window == 64
    assert changed_by('{"outcome": "Gln"}', OPEN).outcome == "Gln"


@pytest.mark.parametrize(
    ("changes", "windows", "macromolecules", "models"),
    [
        ({}, False, False, False),
        ({"outcome": "Gln"}, False, False, False),
        ({"window": 64}, True, False, False),
        ({"step": 8}, True, False, False),
        ({"macromolecules": "five"}, False, True, True),
        ({"rejected_epochs": (1,)}, False, False, True),
        ({"left_out_s": ((0.0, 9.0),)}, False, False, True),
        ({"taken_in_s": ((0.0, 9.0),)}, False, False, True),
        ({"window": 64, "taken_in_s": ((0.0, 9.0),)}, True, False, True),
    ],
)
def test_what_is_done_again(changes, windows, macromolecules, models) -> None:
    found = concerned_by(OPEN, replace(OPEN, **changes))
    assert (found.windows, found.macromolecules, found.models) == (
        windows, macromolecules, models,
    )  # fmt: skip
