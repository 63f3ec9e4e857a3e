"""`relay --source mrd` and `folder:PATH` from the command line: what each refuses."""

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.protocol.read_protocol import read_protocol
from monitor.protocol.site_rules import folder_rules, mrd_rules
from streams.errors import InputError
from streams.sources.folder_rules import FolderRules
from streams.sources.mrd.rules import MrdRules


def relay(tmp_path, *arguments):
    """The error that a relay ends with."""
    record = ["--record", str(tmp_path / "r.mcap"), "--linger", "0"]
    done = CliRunner().invoke(app, ["relay", *arguments, *record])
    assert isinstance(done.exception, InputError)
    assert not (tmp_path / "r.mcap").exists()
    return str(done.exception)


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--source", "mrd", "--listen", "192.0.2.1:9002"], "--allow IP"),
        (["--source", "mrd", "--listen", "0.0.0.0:9002"], "every interface"),
        (["--source", "mrd", "--protocol", "none"], "No protocol none"),
        (["--source", "folder:/no/such/folder"], "is no folder"),
    ],
)
def test_what_is_refused(tmp_path, arguments, reason):
    assert reason in relay(tmp_path, *arguments)


def test_a_scanner_port_in_use(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        assert "in use" in relay(tmp_path, "--source", "mrd", "--listen", listen)


def test_rules_of_a_protocol(tmp_path):
    path = tmp_path / "site.toml"
    path.write_text(
        'basis = "press_3t_te30"\n'
        "[mrd]\nconjugate = false\nwater_first = 4\nidle_trs = 10\n"
        '[folder]\nwater_name = "wref"\n'
    )
    assert read_protocol(str(path)).basis == "press_3t_te30"
    rules = MrdRules(conjugate=False, water_first=4, idle_trs=10)
    assert mrd_rules(str(path)) == rules
    assert folder_rules(str(path)) == FolderRules("wref")
    assert mrd_rules("") == mrd_rules("press_3t_te30") == MrdRules()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[mrd]\nwater = 4", "unknown field water in"),
        ('[mrd]\nwater_first = "4"', "should be of type int"),
        ("[mrd]\nconjugate = 1", "should be of type bool"),
        ("[mrd]\nwater_first = -1", "must not be negative"),
        ("[mrd]\ntick_s = 2.5", "in seconds"),
        ("[mrd]\nidle_trs = nan", "should be of type float"),
        ("mrd = 1", "must be a table"),
    ],
)
def test_rules_that_cannot_be(tmp_path, text, reason):
    path = Path(tmp_path / "site.toml")
    path.write_text(text)
    with pytest.raises(InputError, match=reason):
        mrd_rules(str(path))


def test_folder_rules_that_cannot_be(tmp_path):
    path = tmp_path / "site.toml"
    path.write_text("[folder]\nwater = 1\n")
    with pytest.raises(InputError, match="knows water_name"):
        folder_rules(str(path))
