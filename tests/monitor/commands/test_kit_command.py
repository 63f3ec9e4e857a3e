"""`mrs-monitor kit serve` in a scanner's chain: where its recordings go."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from streams.errors import InputError


def test_recordings_cannot_go_where_a_file_is(tmp_path: Path):
    place = tmp_path / "taken"
    place.write_bytes(b"")
    ran = CliRunner().invoke(app, ["kit", "serve", "--out", str(place)])
    with pytest.raises(InputError, match=r"taken cannot be made"):
        raise ran.exception or AssertionError("it began")
    assert place.read_bytes() == b""


@pytest.mark.parametrize("kit", ["openrecon", "fire"])
def test_a_kit_cannot_go_below_a_file(tmp_path: Path, kit: str):
    (tmp_path / "taken").write_bytes(b"")
    ran = CliRunner().invoke(
        app, ["kit", kit, "--out", str(tmp_path / "taken" / "kit")]
    )
    with pytest.raises(InputError, match=r"kit cannot be made .* another --out"):
        raise ran.exception or AssertionError("it began")
