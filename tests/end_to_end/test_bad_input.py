"""Bad input is one sentence that names the thing, and exit code 2."""

import errno
import os
import re
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from bad_cases import CASES
from bad_files import write_all
from free_ports import free_endpoint
from program import SHORT, Program, Ran, until

from monitor.cli import main
from streams.messages.transient import Transient
from streams.sources.files.nifti_mrs import read_series
from streams.sources.recording import bodies

pytestmark = pytest.mark.timeout(400)  # several programs, one after another

Called = Callable[[list[str]], Ran]


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a file for every case."""
    folder = tmp_path_factory.mktemp("bad")
    write_all(folder)
    return folder


@pytest.fixture
def called(
    bad: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Called:
    """The console script's own function, in this process: imports are paid once."""

    def call(arguments: list[str]) -> Ran:
        monkeypatch.chdir(bad)
        monkeypatch.setenv("XDG_DATA_HOME", str(bad / "data"))
        monkeypatch.setattr(sys, "argv", ["mrs-monitor", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Ran(int(str(ended.value.code)), said.out, said.err)

    return call


def words_of(name: str) -> list[str]:
    """Arguments of a case."""
    words = CASES[name][0]
    return words.split() if isinstance(words, str) else list(words)


def assert_is_one_sentence(ran: Ran, said: str) -> None:
    """Exit code 2, and beside the relay's own lines one sentence, which says so."""
    assert ran.code == 2, ran
    relay = re.compile(
        r"recording: |tcp://|This machine may fall asleep|No window, since"
    )
    lines = [line for line in ran.err.splitlines() if not relay.match(line)]
    assert len(lines) == 1, ran.err
    assert lines[0].startswith("mrs-monitor: ")
    assert re.search(said, lines[0]), lines[0]


@pytest.mark.parametrize("name", CASES)
def test_is_one_sentence(called: Called, name: str) -> None:
    assert_is_one_sentence(called(words_of(name)), CASES[name][1])


@pytest.mark.parametrize(
    "name", ["truncated recording", "no recording", "NaN in every FID"]
)
def test_is_one_sentence_of_the_process(bad: Path, name: str) -> None:
    assert_is_one_sentence(Program(bad).run(*words_of(name)), CASES[name][1])


@pytest.mark.parametrize(
    "name",
    ["recording below a file", "no address to bind", "open to other machines"],
)
def test_no_recording_is_told_of_that_never_began(called: Called, name: str) -> None:
    assert "recording: " not in called(words_of(name)).err


def test_relay_of_one_entry_of_an_edited_file(called: Called, bad: Path) -> None:
    place = bad / "edited.mcap"
    words = "--choose DIM_EDIT=2 --speed max --linger 0 --record edited.mcap"
    options = [*words.split(), "--bind", free_endpoint()]
    ran = called(["relay", "--source", "edited.nii.gz", *options])
    assert ran.code == 0, ran.err
    assert "recording: edited.mcap" in ran.err.splitlines()
    fids = [b.fid for b in bodies(place) if isinstance(b, Transient)]
    edited = read_series(bad / "edited.nii.gz", {"DIM_EDIT": 2})
    assert len(fids) == len(edited)
    assert np.array_equal(fids[0], edited.fid(0))


@pytest.mark.parametrize("name", ["nothing but zeros", "report of no recording"])
def test_what_failed_leaves_no_folder(bad: Path, called: Called, name: str) -> None:
    called(words_of(name))
    assert not (bad / "vain").exists()


def test_basis_of_nearly_this_field_is_warned_of(bad: Path, program: Program) -> None:
    ran = Program(bad).run(
        *("analyse", "good.nii.gz", "--basis", "warned.BASIS", "--out"),
        program.home,
    )
    assert ran.code == 0, ran.err
    assert "Warning: the basis set is for 126.95 MHz" in ran.err


@pytest.mark.parametrize(
    "words", ["forecast", "analyse x --out y --window few", "analyse x"]
)
def test_wrong_usage_is_exit_code_2(called: Called, words: str) -> None:
    ran = called(words.split())
    assert ran.code == 2
    assert ran.err.splitlines()[-1].startswith("Error: ")


def test_port_in_use(program: Program) -> None:
    where = free_endpoint()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", int(where.rpartition(":")[2])))
        taken.listen()
        ran = program.run(
            *("relay", "--source", SHORT, "--record", "r.mcap", "--bind", where)
        )
    assert ran.code == 2
    assert re.search(r"mrs-monitor: Port \d+ is in use: stop", ran.err)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere"
)
def test_no_permission_to_write(program: Program) -> None:
    locked = program.home / "locked"
    locked.mkdir(mode=0o500)
    ran = program.run("analyse", SHORT, "--out", locked)
    assert ran.code == 2
    assert "No permission" in ran.sentence


def test_a_folder_that_is_closed_to_this_user(
    called: Called, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_dir = Path.is_dir

    def refuse(path: Path) -> bool:
        if path.name == "good.nii.gz":
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return is_dir(path)

    monkeypatch.setattr(Path, "is_dir", refuse)
    ran = called(["analyse", "good.nii.gz", "--out", "out"])
    assert_is_one_sentence(ran, r"good\.nii\.gz is not permitted to this user")


def test_nobody_listens_and_it_goes_on_trying(program: Program) -> None:
    where = free_endpoint()
    live = program.start("live", "--connect", where, "--out", "live", name="live")
    until(lambda: f"Nobody listens at {where}" in program.said("live"), "the sentence")
    assert live.poll() is None
    program.start(
        *("relay", "--source", SHORT, "--record", "r.mcap", "--bind", where),
        *("--speed", "max"),
        name="relay",
    )
    until(lambda: live.poll() is not None, "the end of the session")
    assert live.returncode == 0, program.said("live")


def test_event_without_a_relay_says_that_nothing_was_recorded(
    program: Program,
) -> None:
    ran = program.run("event", "note", "hello", "--connect", free_endpoint())
    assert ran.code == 2
    assert re.match(r"mrs-monitor: NOT RECORDED: no relay at tcp", ran.sentence)
