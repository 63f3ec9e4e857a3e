"""What commands say while they run: news once, and whether all is well at the end."""

from pathlib import Path

import pytest
import typer

from monitor.commands.checks import tell_checks
from monitor.commands.headless import _same
from monitor.commands.relay import _Shown
from monitor.preflight.machine import CheckResult, CheckState
from streams.relay.status import RelayStatus

RIGHT = CheckResult("stream", CheckState.OK, "there")
WRONG = CheckResult("disk", CheckState.WRONG, "full", "empty it")


def test_a_wrong_check_is_the_exit_code(capsys):
    tell_checks([RIGHT, RIGHT])
    assert capsys.readouterr().out.endswith("ready\n")
    with pytest.raises(typer.Exit) as ended:
        tell_checks([RIGHT, WRONG])
    assert ended.value.exit_code == 2
    assert capsys.readouterr().out == (
        f"{RIGHT.line}\n{WRONG.line}\n1 of 2 checks is WRONG\n"
    )
    with pytest.raises(typer.Exit):
        tell_checks([WRONG, WRONG])
    assert "2 of 2 checks are WRONG" in capsys.readouterr().out


def test_a_check_is_said_before_the_next_is_made(capsys):
    def one_after_the_other():
        yield RIGHT
        assert RIGHT.line in capsys.readouterr().out
        yield RIGHT

    tell_checks(one_after_the_other())


def test_the_relay_speaks_every_hundred_transients_and_of_what_is_new():
    said = []
    shown = _Shown(said.append, Path("a.mcap"))

    def lines(transients: int, problem: str = "") -> int:
        said.clear()
        shown.status(
            RelayStatus(
                *("abc", Path("a.mcap"), "tcp://x:1"),
                transients=transients,
                problem=problem,
            )
        )
        return len(said)

    assert lines(1) == 2  # where it records, too
    assert lines(2) == lines(99) == 0
    assert lines(100) == 1
    assert lines(101, "the disk is slow") == 1
    assert lines(102, "the disk is slow") == 0
    assert lines(103) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("silent for 3 s", "silent for 41 s", True),
        ("silent for 3 s", "silent for 3 s", True),
        ("silent for 3 s", "the disk is full", False),
    ],
)
def test_sentences_that_differ_in_numbers_only_are_the_same(one, other, same):
    assert _same(one, other) is same
