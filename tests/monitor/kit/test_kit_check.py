"""What a look at a kit finds, each part by itself."""

import io
import json
import tarfile
from pathlib import Path

import pytest

from monitor.kit import check
from monitor.kit.label import label
from monitor.preflight.machine import CheckState


@pytest.mark.parametrize(
    ("names", "wrong"),
    [
        ([], True),
        (["mrs_monitor-1.whl"], True),
        (["numpy-2.whl", "scipy-1.whl"], True),
        (["mrs_monitor-1.whl", "numpy-2.whl"], False),
        (["mrs_monitor-1.whl", "numpy-2.whl", "scipy-1.whl"], False),
    ],
)
def test_our_wheel_and_others_are_there(tmp_path: Path, names, wrong) -> None:
    (tmp_path / "wheelhouse").mkdir()
    for name in names:
        (tmp_path / "wheelhouse" / name).touch()
    assert (check._wheels(tmp_path).state is CheckState.WRONG) is wrong


@pytest.mark.parametrize(
    ("content", "wrong"), [(None, True), (b"%PDF-1.7", False), (b"PDF", True)]
)
def test_a_manual_is_a_pdf(tmp_path: Path, content, wrong) -> None:
    if content is not None:
        (tmp_path / "manual.pdf").write_bytes(content)
    found = check._pdf(tmp_path / "manual.pdf")
    assert (found.state is CheckState.WRONG) is wrong


@pytest.mark.parametrize("stated", [None, label(), label() | {"parameters": []}])
def test_a_label_is_good_or_its_problems_are_named(tmp_path, monkeypatch, stated):
    (tmp_path / "Dockerfile").write_text("USER 1000:1000\n")
    for problems in ([], ["one", "two"]):
        monkeypatch.setattr(check, "label_problems", lambda _, p=problems: iter(p))
        *found, user = check._dockerfile(tmp_path, stated)
        assert user.state is CheckState.OK
        if stated is None:
            assert [one.state for one in found] == [CheckState.WRONG]
        elif problems:
            assert [one.text for one in found] == problems
        else:
            assert [one.state for one in found] == [CheckState.OK]
            assert found[0].text.startswith(f"{len(stated['parameters'])} parameters")


def test_the_configuration_is_read_past_layers_and_folders() -> None:
    """A layer is larger than any configuration, and a folder has no content."""
    config = json.dumps({"config": {"User": "1000"}}).encode()
    members = {
        "layer.tar": b"\0" * (1 << 20),
        "manifest.json": json.dumps([{"Config": "c.json"}]).encode(),
        "c.json": config,
    }
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as image:
        folder = tarfile.TarInfo("blobs")
        folder.type = tarfile.DIRTYPE
        image.addfile(folder)
        for name, content in members.items():
            one = tarfile.TarInfo(name)
            one.size = len(content)
            image.addfile(one, io.BytesIO(content))
    tar.seek(0)
    assert check._image_config(tar) == {"User": "1000"}
    members["c.json"] = b" " * (1 << 20) + config  # too large to be one
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as image:
        for name, content in members.items():
            one = tarfile.TarInfo(name)
            one.size = len(content)
            image.addfile(one, io.BytesIO(content))
    tar.seek(0)
    with pytest.raises(KeyError):
        check._image_config(tar)
