"""The OpenRecon package is really built, and its image really driven.

    pytest tests/acceptance/test_kit_image.py -m slow -s

Needs root on Linux, buildah and mmdebstrap (Debian), and network for the root file
system and the wheels, unless MRS_KIT_ROOTFS (a tar) and MRS_KIT_WHEELHOUSE (a folder)
name them.  The image is then started by its own entry point, as its own user, in a
network that has nothing but loopback, and played to by `kit probe`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.kit.names import MOST_BYTES, package_name

ROOT = Path(__file__).resolve().parents[2]
RECORDING = ROOT / "recordings" / "infusion-short.mcap"
PROGRAM = [sys.executable, "-m", "monitor"]
TOOLS = ("buildah", "mmdebstrap", "unshare")
MISSING = [tool for tool in TOOLS if not shutil.which(tool)]
ROOTFS = os.environ.get("MRS_KIT_ROOTFS", "")
WHEELS = os.environ.get("MRS_KIT_WHEELHOUSE", "")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(bool(MISSING), reason=f"{', '.join(MISSING)} not installed"),
    pytest.mark.skipif(
        not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root on Linux"
    ),
]


def run(*command, **options):
    print("+", *command, flush=True)
    return subprocess.run(command, check=True, timeout=1500, **options)


def rootfs(folder):
    if ROOTFS:
        return ROOTFS
    tar = folder / "root.tar"
    python = "--include=python3,python3-venv"
    run("mmdebstrap", "--variant=minbase", python, "bookworm", str(tar))
    return str(tar)


def test_the_package_is_built_and_the_image_answers_a_scanner(tmp_path):
    kit = tmp_path / "kit"
    wheels = ["--wheelhouse", WHEELS] if WHEELS else []
    run(*PROGRAM, "kit", "openrecon", "--out", str(kit), *wheels, cwd=ROOT)
    build = [sys.executable, str(kit / "build.py"), "openrecon", "--engine", "buildah"]
    run(*build, "--rootfs", rootfs(tmp_path))
    package = kit / f"{package_name()}.zip"
    assert package.stat().st_size < MOST_BYTES
    checked = run(*PROGRAM, "kit", "check", str(kit), cwd=ROOT, stdout=subprocess.PIPE)
    assert "look" not in checked.stdout.decode()
    probe = [*PROGRAM, "kit", "probe", "--host", "127.0.0.1:9002", "--speed", "10"]
    helper = ROOT / "tests" / "support" / "image_root.py"
    played = run(
        "unshare", "--net", "--mount", sys.executable, str(helper), str(package),
        str(tmp_path), *probe, "--recording", str(RECORDING),
        cwd=ROOT, stdout=subprocess.PIPE,
    ).stdout.decode()  # fmt: skip
    print(played)
    assert "64 acquisitions came back bit by bit" in played
    assert "recorded: 20" in played
