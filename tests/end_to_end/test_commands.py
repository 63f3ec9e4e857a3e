"""Every command says what it needs; recordings are looked at, mended, converted."""

import os
import re
import sys
from pathlib import Path

import pytest
from program import SHORT, Program

from monitor.cli import main

pytestmark = pytest.mark.timeout(400)  # several programs, one after another

COMMANDS = (
    *("demo", "live", "replay", "analyse", "relay", "event", "keys"),
    *("info", "verify", "recover", "convert", "tail"),
    *("basis simulate", "basis convert", "basis show", "basis add-mm"),
)


def said_by(
    words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    """What the console script's function prints."""
    monkeypatch.setattr(sys, "argv", ["mrs-monitor", *words.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_it_needs_and_shows_an_example(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    help_text = said_by(f"{command} --help", monkeypatch, capsys)
    assert f"Example: mrs-monitor {command}" in " ".join(help_text.split())
    # No option and no argument goes without a word about it, but its type.
    for line in re.findall(r"^  (?:--|\w+ <).*$", help_text, flags=re.MULTILINE):
        assert re.search(r"  +\S", line.strip()) or len(line) > 30, line


def test_help_of_the_program_lists_every_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = said_by("--help", monkeypatch, capsys)
    for command in COMMANDS:
        assert re.search(rf"^  {command.split()[0]} ", listed, flags=re.MULTILINE)


@pytest.mark.parametrize(("given", "used"), [(None, "1"), ("4", "4")])
def test_linear_algebra_has_one_thread_unless_told(
    given: str | None,
    used: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = "OPENBLAS_NUM_THREADS"
    monkeypatch.setattr(os, "environ", {**os.environ})
    os.environ.pop(name, None)
    if given:
        os.environ[name] = given
    said_by("--version", monkeypatch, capsys)
    assert os.environ[name] == used


def test_version_of_the_console_script(program: Program) -> None:
    assert re.fullmatch(r"mrs-monitor \d+\.\d+\.\d+\n", program.run("--version").out)


def test_live_without_display_and_address_says_what_it_needs(program: Program) -> None:
    ran = program.run("live")
    assert (ran.code, ran.out) == (2, "")
    assert "live needs --connect tcp://HOST:PORT" in ran.err
    assert len(ran.err.strip().splitlines()) == 1


def test_info_and_verify(program: Program) -> None:
    told = program.run("info", SHORT).out
    assert "PRESS TE 30 ms, 123.250 MHz, 2 coils x 1024 points" in told
    assert "100 metabolite" in told
    assert "78.0 s  infusion_start" in told
    assert f"{SHORT.name} is whole: 107 mess" in program.run("verify", SHORT).out


def test_a_cut_recording_is_mended(program: Program) -> None:
    cut = program.home / "cut.mcap"
    cut.write_bytes(SHORT.read_bytes()[:1_000_000])
    checked = program.run("verify", cut)
    assert checked.code == 1
    readable = re.search(r"\((\d+) transients\) can be read", checked.out)
    assert readable
    mended = program.run("recover", cut)
    assert mended.code == 0, mended.err
    assert f"({readable[1]} transients)" in mended.out
    whole = program.home / "cut-recovered.mcap"
    assert program.run("verify", whole).code == 0
    assert program.run("analyse", whole, "--out", "out").code == 0


def test_there_and_back_as_nifti_mrs(program: Program, tmp_path: Path) -> None:
    """Converted to NIfTI-MRS and analysed as such: the same transients."""
    ran = program.run("convert", SHORT, "--to", "nifti-mrs", "--out", "s.nii.gz")
    assert ran.code == 0, ran.err
    written = [Path(line) for line in ran.out.splitlines()]
    assert len(written) >= 2  # metabolite and water transients
    back = program.run("convert", written[0], "--to", "recording", "--out", "back.mcap")
    assert back.code == 0, back.err
    assert "whole" in program.run("verify", "back.mcap").out


def test_the_shipped_recordings_are_whole(program: Program) -> None:
    shipped = sorted(SHORT.parent.glob("*.mcap"))
    assert len(shipped) >= 2
    for path in shipped:
        assert program.run("verify", path).code == 0, path
