"""`basis simulate | convert | show`: what is refused, asked for and said."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from monitor.analysis.basis.basis_set import NOTE, BasisSet
from monitor.cli import app
from monitor.commands import basis_sets
from streams.errors import InputError

GIVEN = {"--sequence": "press", "--te": "30", "--mhz": "123.25", "--dwell": "4e-4",
         "--points": "2048"}  # fmt: skip
SMALL = BasisSet(
    ("NAA",),
    np.ones((1, 64), complex),
    5e-4,
    123.25,
    "1H",
    0.03,
    "press",
    source="made",
)


def called(*words: object):
    return CliRunner().invoke(app, ["basis", *map(str, words)])


@pytest.fixture
def asked(monkeypatch) -> list[tuple]:
    """What the simulation is asked for; it gives a small set."""
    seen: list[tuple] = []

    def simulate(*given):
        seen.append(given)
        return SMALL

    monkeypatch.setattr(basis_sets, "simulate_basis", simulate)
    return seen


def simulated(out: Path, *words: object, **changes: str):
    given = {**GIVEN, **{f"--{name}": value for name, value in changes.items()}}
    options = [word for pair in given.items() for word in pair]
    return called("simulate", *options, *words, "--out", out)


def test_times_are_given_in_ms_and_asked_for_in_s(tmp_path, asked):
    ran = simulated(
        tmp_path / "s.npz", "--tm", 10, "--te1", 12, "--metabolites", "NAA,Cr",
        sequence="steam",
    )  # fmt: skip
    assert ran.exit_code == 0, ran.exception
    (sequence, mhz, dwell_s, points, names, _, title), = asked  # fmt: skip
    assert (mhz, dwell_s, points, names) == (123.25, 4e-4, 2048, ("NAA", "Cr"))
    assert sequence.echo_time_s == pytest.approx(0.03)
    assert sequence.first_echo_time_s == pytest.approx(0.012)
    assert sequence.mixing_time_s == pytest.approx(0.01)
    assert title == "simulated steam TE 30 ms"
    assert ran.stdout == f"NAA: {tmp_path / 's.npz'}\n"


def test_what_is_not_given_is_left_to_the_sequence(tmp_path, asked):
    assert simulated(tmp_path / "s.npz").exit_code == 0
    sequence, *_, names, _, _ = asked[0]
    assert sequence.first_echo_time_s is sequence.mixing_time_s is None
    assert names == basis_sets.USUAL


@pytest.mark.parametrize(
    ("words", "changes", "reason"),
    [
        (("--tm", "10"), {}, "--tm goes with --sequence steam, not with press"),
        ((), {"te": "0"}, "--te 0: give a number above 0"),
        ((), {"te": "-30"}, "give a number above 0"),
        ((), {"te": "inf"}, "give a number above 0"),
        ((), {"te": "nan"}, "give a number above 0"),
        ((), {"te": "0.03"}, "it is in ms, from 1 to 1000"),  # given in s
        ((), {"mhz": "123e6"}, "it is in MHz"),
        ((), {"dwell": "250"}, "it is in s"),
        ((), {"points": "15"}, "from 16 to 1048576"),
    ],
)
def test_what_cannot_be_is_refused_before_it_is_simulated(
    tmp_path, asked, words, changes, reason
):
    ran = simulated(tmp_path / "s.npz", *words, **changes)
    assert isinstance(ran.exception, InputError)
    assert reason in str(ran.exception)
    assert not asked


@pytest.mark.parametrize(
    "changes", [{"te": "1"}, {"te": "1000"}, {"points": "16"}, {"dwell": "0.02"}]
)
def test_the_ends_of_what_can_be_are_within(tmp_path, asked, changes):
    assert simulated(tmp_path / "s.npz", **changes).exit_code == 0
    assert len(asked) == 1


def test_a_folder_that_is_not_there_is_said_first(tmp_path, asked):
    ran = simulated(tmp_path / "none" / "s.npz")
    assert "There is no folder" in str(ran.exception)
    assert not asked


def test_show_says_what_is_held_and_draws_only_where_told(tmp_path, monkeypatch):
    monkeypatch.setattr(basis_sets, "load_basis", lambda _: SMALL)
    ran = called("show", "made")
    assert ran.stdout.splitlines()[:2] == [
        "made: press TE 30 ms, 123.250 MHz, 1H, dwell time 500 us, 64 points",
        "NAA",
    ]
    picture = tmp_path / "made.png"
    assert str(picture) not in ran.stdout
    assert called("show", "made", "--out", picture).stdout.endswith(f"{picture}\n")
    assert picture.exists()


def test_convert_says_what_was_mended_and_show_what_is_out_of_phase(
    tmp_path, monkeypatch
):
    told = replace(SMALL, provenance={NOTE: "The FIDs were turned."})
    monkeypatch.setattr(basis_sets, "load_basis", lambda _: told)
    monkeypatch.setattr(basis_sets, "mm_phase_said", lambda _: "MM are turned.")
    out = tmp_path / "made.npz"
    assert called("convert", "made", "--out", out).stdout.splitlines() == [
        "The FIDs were turned.",
        str(out),
    ]
    assert called("show", "made").stdout.splitlines()[-1] == "MM are turned."
