"""A site's own protocol and basis set go into the image, and onto the card."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.basis.files import bundled_sets
from monitor.kit import files
from monitor.kit.check import checks
from monitor.kit.label import decoded, label, label_problems
from monitor.kit.names import LABEL_FILE
from monitor.kit.site import SITE, add_site
from monitor.kit.wheels import write_own_wheel
from monitor.preflight.machine import CheckState
from monitor.protocol.read_protocol import SITE_FOLDER, read_protocol
from streams.errors import InputError


def own(folder: Path, name: str = "our-press.toml", basis: str = "our.npz") -> Path:
    """A protocol with its basis set beside it."""
    folder.mkdir(exist_ok=True)
    shutil.copyfile(bundled_sets()["press_3t_te30"], folder / "our.npz")
    path = folder / name
    path.write_text(f'title = "Ours"\nbasis = "{basis}"\nwindow = 24\n')
    return path


def test_a_basis_set_beside_the_protocol_is_meant_by_its_name(tmp_path):
    path = own(tmp_path / "site")
    assert read_protocol(str(path)).basis == str(tmp_path / "site/our.npz")
    bundled = own(tmp_path / "site", "other.toml", "press_3t_te30")
    assert read_protocol(str(bundled)).basis == "press_3t_te30"


def test_the_kit_takes_them_along_and_the_card_offers_them(tmp_path, monkeypatch):
    def only_own(folder, given):
        folder.mkdir(parents=True)
        (folder / "numpy-2.0-py3-none-any.whl").write_bytes(b"")
        return [write_own_wheel(folder)]

    monkeypatch.setattr(files, "fill_wheelhouse", only_own)
    kit = tmp_path / "kit"
    files.write_openrecon(kit, None, [own(tmp_path / "site")])
    held = {path.name for path in (kit / SITE).iterdir()}
    assert held == {"README", "our-press.toml", "our.npz"}
    docker = (kit / "Dockerfile").read_text()
    assert "COPY site /opt/mrs-monitor/site" in docker
    assert "!site" in (kit / ".dockerignore").read_text()
    stated = json.loads((kit / LABEL_FILE).read_text())
    assert decoded(docker) == stated
    offered = [value["id"] for value in stated["parameters"][0]["values"]]
    assert offered[-1] == "our-press"
    assert "press_3t_te30" in offered
    assert [c.text for c in checks(kit) if c.state is CheckState.WRONG] == []


UNDERSTOOD = """
import json
from monitor.chain.parameters import card_settings
from monitor.protocol.read_protocol import read_protocol
card = card_settings(json.dumps({"parameters": {"protocol": "our-press"}}))
settings = read_protocol(card.protocol)
print(card.problems, settings.name, settings.window, settings.basis)
"""


def test_in_the_image_the_name_on_the_card_is_understood(tmp_path):
    add_site(tmp_path / SITE, [own(tmp_path / "ours")])
    environment = {**os.environ, SITE_FOLDER: str(tmp_path / SITE)}
    ran = subprocess.run(
        [sys.executable, "-c", UNDERSTOOD], env=environment, capture_output=True,
        text=True, check=True,
    )  # fmt: skip
    assert ran.stdout.strip() == f"() our-press 24 {tmp_path / SITE / 'our.npz'}"


def test_a_label_with_more_protocols_is_still_one():
    stated = label(("our-press", "our_steam"))
    assert list(label_problems(stated)) == []
    assert len(stated["parameters"]) == len(label()["parameters"])


@pytest.mark.parametrize(
    ("name", "basis", "says"),
    [
        ("our press.toml", "our.npz", "letters, digits"),
        ("press_3t_te30.toml", "our.npz", "already"),
        ("ours.toml", "elsewhere.npz", "does not lie beside it"),
        ("ours.toml", "../our.npz", "does not lie beside it"),
    ],
)
def test_what_the_image_could_not_use_is_one_sentence(tmp_path, name, basis, says):
    (tmp_path / "our.npz").write_bytes(b"")
    with pytest.raises(InputError, match=says):
        add_site(tmp_path / "kit", [own(tmp_path / "site", name, basis)])


def test_a_basis_set_that_is_none_is_found_before_the_image_is_built(tmp_path):
    path = own(tmp_path / "site")
    (tmp_path / "site" / "our.npz").write_bytes(b"no basis set")
    with pytest.raises(InputError):
        add_site(tmp_path / "kit", [path])


def test_the_same_name_twice_is_refused(tmp_path):
    first, second = own(tmp_path / "a"), own(tmp_path / "b")
    with pytest.raises(InputError, match="already"):
        add_site(tmp_path / "kit", [first, second])
