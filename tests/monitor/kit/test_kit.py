"""Kits for OpenRecon and FIRE: the label, the wheel, what `kit check` finds."""

import ast
import base64
import json
import os
import re
import stat
import subprocess
import sys
import tarfile
import zipfile
from io import BytesIO
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from monitor.chain.parameters import PARAMETERS, card_settings, config_json, defaults
from monitor.cli import app
from monitor.kit import build, files
from monitor.kit.check import checks
from monitor.kit.label import decoded, encoded, label, label_problems
from monitor.kit.names import LABEL_FILE, LABEL_KEY, package_name
from monitor.kit.wheels import fill_wheelhouse, requirements, write_own_wheel
from monitor.preflight.machine import CheckState
from streams.errors import InputError

SCHEMA = "openrecon/OpenReconSchema_1.1.0.json"


@pytest.fixture(scope="module")
def kit(tmp_path_factory) -> Path:
    """A kit with our own wheel and an empty one in place of the others."""
    patch = pytest.MonkeyPatch()
    patch.setattr(files, "fill_wheelhouse", _only_own)
    folder = tmp_path_factory.mktemp("kits") / "openrecon"
    files.write_openrecon(folder, None)
    patch.undo()
    return folder


def _only_own(folder, given):
    folder.mkdir(parents=True)
    (folder / "numpy-2.0-py3-none-any.whl").write_bytes(b"")
    return [write_own_wheel(folder)]


def wrong(folder):
    return [check.text for check in checks(folder) if check.state is CheckState.WRONG]


def test_the_label_is_what_the_schema_wants(shared_data):
    schema = json.loads((shared_data / SCHEMA).read_text())
    errors = jsonschema.Draft7Validator(schema).iter_errors(label())
    assert [error.message for error in errors] == []


def test_the_label_has_no_problem_of_its_own():
    assert list(label_problems(label())) == []
    assert decoded(f'LABEL "{LABEL_KEY}"="{encoded(label())}"\n') == label()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda x: x["general"].update(version="1.2"), "of the kind 1.2.3"),
        (lambda x: x["reconstruction"].update(emitter="both"), "emitter"),
        (lambda x: x["parameters"].append(x["parameters"][0]), "stands there twice"),
        (lambda x: x["parameters"][0].update(id="no_good"), "letters and digits"),
        (lambda x: x["parameters"][1].update(unit={"en": "msec"}), "1 to 3 letters"),
        (lambda x: x["parameters"][0].update(default="none"), "none of its values"),
        (lambda x: x["parameters"][6].update(default=999), "between its limits"),
        (lambda x: x.pop("parameters"), "has no parameters"),
    ],
)
def test_what_is_wrong_with_a_label_is_said(spoil, said):
    stated = json.loads(json.dumps(label()))
    spoil(stated)
    assert any(said in problem for problem in label_problems(stated))


def test_settings_that_arrive_as_texts_or_not_at_all():
    assert dict(card_settings("").values) == defaults()
    as_texts = {k: str(v) for k, v in defaults().items()}
    given = json.dumps({"parameters": as_texts | {"pageevery": "8", "blinded": "True"}})
    settings = card_settings(given)
    assert settings.problems == ()
    assert settings.number("pageevery") == 8
    assert settings.flag("blinded")
    assert card_settings(config_json()).values == defaults()


@pytest.mark.parametrize("parameter", PARAMETERS, ids=lambda p: p.id)
def test_a_value_that_cannot_be_is_said_and_never_lifts_the_lock(parameter):
    given = json.dumps({"parameters": {parameter.id: "\n" * 99}})
    settings = card_settings(given)
    assert len(settings.problems) == 1
    assert parameter.label in settings.problems[0]
    assert settings.values["blinded"] is (parameter.id == "blinded")


@pytest.mark.parametrize("text", ["{", "[]", '{"parameters": 3}', "[" * 100_000])
def test_settings_that_are_no_json(text):
    settings = card_settings(text)
    assert dict(settings.values) == defaults()
    assert len(settings.problems) == 1


@pytest.mark.parametrize(
    ("stderr", "said"),
    [
        ("WARNING: retrying\nERROR: no matching numpy\n\n", "ERROR: no matching numpy"),
        ("ERROR: no network", "ERROR: no network"),
        ("", "it does not say why"),
    ],
)
def test_why_pip_gave_no_wheels_is_its_last_line(tmp_path, monkeypatch, stderr, said):
    def run(*_, **__):
        return subprocess.CompletedProcess([], 1, "", stderr)

    monkeypatch.setattr("monitor.kit.wheels.subprocess.run", run)
    with pytest.raises(InputError, match=re.escape(f"({said}): give a folder")):
        fill_wheelhouse(tmp_path, None)


def test_the_wheel_installs_the_program_without_qt(tmp_path):
    wheel = write_own_wheel(tmp_path)
    into = tmp_path / "site"
    command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-index",
               "--target", into, wheel]  # fmt: skip
    subprocess.run(command, check=True, timeout=100)
    said = subprocess.run(
        [sys.executable, "-c", "import monitor.cli; print(monitor.cli.__file__)"],
        cwd=into, capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip
    assert str(into) in said
    presets = into / "monitor" / "protocol" / "presets" / "press_3t_te30.toml"
    assert presets.exists()
    names = " ".join(requirements()).lower()
    assert "numpy" in names
    assert "qt" not in names


def test_a_kit_is_ready(kit):
    assert wrong(kit) == []
    text = (kit / "Dockerfile").read_text()
    stated = decoded(text)
    assert stated == json.loads((kit / LABEL_FILE).read_text()) == label()
    assert (kit / f"{package_name()}.pdf").read_bytes().startswith(b"%PDF-")


def test_a_kit_for_fire_is_ready(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "fill_wheelhouse", _only_own)
    files.write_fire(tmp_path / "kit", None, "10.0.0.7")
    assert wrong(tmp_path / "kit") == []
    fire = tmp_path / "kit" / "Ice" / "fire"
    assert "hostname=10.0.0.7\n" in (fire / "mrs-monitor.ini").read_text()
    config = fire / "config" / "mrs-monitor.json"
    config.write_text(config.read_text().replace('"window"', '"windows"'))
    assert wrong(tmp_path / "kit") == ["windows is no setting of ours"]
    (fire / "mrs-monitor.ini").write_text("[OpenRecon]\nhostname=a\nport=b\n")
    assert "mrs-monitor.ini has no hostname and port" in wrong(tmp_path / "kit")


def built(folder: Path, config: object) -> None:
    """A package with an image that has this configuration and nothing else."""
    name = package_name()
    parts = {
        "manifest.json": json.dumps([{"Config": "c.json", "Layers": []}]),
        "c.json": json.dumps({"config": config}),
    }
    with tarfile.open(folder / f"{name}.tar", "w") as tar:
        for member, text in parts.items():
            info = tarfile.TarInfo(member)
            info.size = len(text)
            tar.addfile(info, BytesIO(text.encode()))
    with zipfile.ZipFile(folder / f"{name}.zip", "w") as package:
        for part in (f"{name}.tar", f"{name}.pdf"):
            package.write(folder / part, part)


def test_what_is_wrong_with_a_package_is_said(kit):
    good = {"Labels": {LABEL_KEY: encoded(label())}, "User": "1000:1000"}
    built(kit, good)
    assert wrong(kit) == []
    built(kit, good | {"User": ""})
    assert wrong(kit) == ["it would run as root"]
    built(kit, good | {"Labels": {LABEL_KEY: base64.b64encode(b"{}").decode()}})
    assert wrong(kit) == ["its label is not that of the Dockerfile"]
    built(kit, good | {"Labels": None})  # as a builder may write it
    assert wrong(kit) == ["its label is not that of the Dockerfile"]
    for config in ([], None):
        built(kit, config)
        assert wrong(kit) == ["the package or the image in it is damaged"]
    (kit / f"{package_name()}.zip").write_bytes(b"PK")
    assert wrong(kit) == ["the package or the image in it is damaged"]
    (kit / f"{package_name()}.zip").unlink()


def test_a_folder_that_is_no_kit_and_one_that_is_not_empty(tmp_path, kit):
    said = CliRunner().invoke(app, ["kit", "check", str(tmp_path)])
    assert isinstance(said.exception, InputError)
    with pytest.raises(InputError, match="not empty"):
        files.write_openrecon(kit, None)


def test_the_build_script_needs_nothing_but_python():
    tree = ast.parse(Path(build.__file__).read_text())
    modules = {
        (node.module if isinstance(node, ast.ImportFrom) else alias.name).split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert modules <= sys.stdlib_module_names


ENGINE = f"""#!{sys.executable}
import os, sys
open(os.environ["LOG"], "a").write(" ".join(sys.argv[1:]) + "\\n")
for before, word in zip(sys.argv, sys.argv[1:]):
    path = word.partition("docker-archive:")[2].partition(":")[0]
    if before == "-o" or path:
        open(path or word, "w").write("an image")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script")
@pytest.mark.parametrize("engine", build.ENGINES)
def test_the_build_script_asks_the_engine(engine, kit, tmp_path, monkeypatch):
    stand_in = tmp_path / engine
    stand_in.write_text(ENGINE)
    stand_in.chmod(0o755)
    log = tmp_path / "log"
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("LOG", str(log))
    ran = subprocess.run(
        [sys.executable, kit / "build.py", "openrecon", "--engine", engine],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    asked = log.read_text().splitlines()
    assert (
        f"-t localhost/openrecon_mrsmonitor_glutamate:v{_release()} {kit}" in asked[0]
    )
    package = kit / f"{package_name()}.zip"
    assert str(package) in ran.stdout
    with zipfile.ZipFile(package) as file:
        assert sorted(file.namelist()) == [
            f"{package_name()}.pdf",
            f"{package_name()}.tar",
        ]
    package.unlink()


@pytest.mark.skipif(sys.platform == "win32", reason="images are built on Linux")
def test_devices_and_links_of_an_image_are_copied_and_not_read(tmp_path):
    """Reading /dev/zero of an image would never end."""
    source, target = tmp_path / "from", tmp_path / "to"
    source.mkdir()
    target.mkdir()
    os.mkfifo(source / "endless")
    (source / "link").symlink_to("/usr/bin/python3")
    build.copied(source, target)
    assert stat.S_ISFIFO((target / "endless").lstat().st_mode)
    assert (target / "link").is_symlink()


def _release() -> str:
    return package_name().rpartition("_V")[2]


@pytest.mark.parametrize(
    ("users", "root"),
    [((), True), (("root",), True), (("0",), True), (("1000:1000",), False),
     (("1000:1000", "root"), True), (("root", "1000:1000"), False)],
)  # fmt: skip
def test_the_last_user_of_a_dockerfile_is_the_program_s(tmp_path, users, root):
    (tmp_path / "Dockerfile").write_text("".join(f"USER {one}\n" for one in users))
    assert ("the program would run as root" in wrong(tmp_path)) is root
