"""What `relay` refuses before it begins."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from streams.errors import InputError


def refusal(*words: object) -> str:
    ran = CliRunner().invoke(app, ["relay", "--source", "sim", *map(str, words)])
    assert isinstance(ran.exception, InputError)
    return str(ran.exception)


@pytest.mark.parametrize(
    ("copy", "said"), [("./a.mcap", "the recording itself"), ("b.mcap", "least-free")]
)
def test_a_copy_lies_elsewhere(tmp_path: Path, copy: str, said: str):
    places = "--record", tmp_path / "a.mcap", "--copy", tmp_path / copy
    assert said in refusal(*places, "--least-free", "-1")
