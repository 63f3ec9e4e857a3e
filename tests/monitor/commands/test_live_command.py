"""`live` from the command line: what it refuses."""

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from streams.errors import InputError

RELAY = ["--connect", "tcp://127.0.0.1:5555"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([*RELAY, "--view", "--unlock", "safety review"], "--view records nothing"),
        ([*RELAY, "--view", "--subject", "07"], "--view records nothing"),
        ([*RELAY, "--subject", "Erika Mustermann"], "never a name"),
        ([*RELAY, "--visit", "a/b"], "never a name"),
        (["--unlock", "safety review"], "--unlock needs --connect"),
    ],
)
def test_what_is_refused(arguments, reason):
    done = CliRunner().invoke(app, ["live", *arguments])
    assert isinstance(done.exception, InputError)
    assert reason in str(done.exception)
