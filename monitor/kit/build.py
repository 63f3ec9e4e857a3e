"""Builds what a scanner installs, out of the folder that this file lies in.

    python3 build.py openrecon [--engine docker|podman|buildah] [--rootfs TAR]
    python3 build.py chroot    [--engine docker|podman|buildah] [--rootfs TAR]

`openrecon` writes OpenRecon_..._V....zip with the image and the manual, `chroot` a file
system image for FIRE.  `--rootfs` is a Debian root file system with python3 and
python3-venv (`mmdebstrap --variant=minbase --include=python3,python3-venv bookworm
root.tar`), for machines without a registry.  Needs nothing but Python's own library.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

ENGINES = ("docker", "podman", "buildah")
BASE_TAG = "localhost/mrs-monitor-base:latest"
SPARE_MB = 256
VFS = ("--storage-driver", "vfs")


class BuildError(Exception):
    """Something is missing or failed; the text says what to do."""


class Engine:
    """One of the three programs that build images, behind the same verbs."""

    def __init__(self, name: str) -> None:
        self.name = name
        own = VFS if name == "buildah" else ()
        self._command = (name, *own)

    def __call__(self, *arguments: str) -> str:
        """Run it; what it wrote to stdout."""
        ran = subprocess.run(
            [*self._command, *arguments],
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if ran.returncode != 0:
            raise BuildError(f"{self.name} {arguments[0]} failed; it says why above.")
        return ran.stdout.strip()

    def base(self, rootfs: Path) -> str:
        """A base image out of a root file system."""
        if self.name != "buildah":
            self("import", str(rootfs), BASE_TAG)
            return BASE_TAG
        container = self("from", "scratch")
        self("add", "--quiet", container, str(rootfs), "/")
        self("commit", "--quiet", "--rm", container, BASE_TAG)
        return BASE_TAG

    def build(self, folder: Path, tag: str, base: str) -> None:
        """Build the Dockerfile of a folder."""
        choice = ("--build-arg", f"BASE={base}") if base else ()
        if self.name == "buildah":
            self("bud", "--isolation", "chroot", *choice, "-t", tag, str(folder))
        else:
            self("build", *choice, "-t", tag, str(folder))

    def save(self, tag: str, path: Path) -> None:
        """The image as the tar file that `docker load` reads."""
        path.unlink(missing_ok=True)
        if self.name == "buildah":
            self("push", "--quiet", tag, f"docker-archive:{path}:{tag}")
        elif self.name == "podman":
            self("save", "--format", "docker-archive", "-o", str(path), tag)
        else:
            self("save", "-o", str(path), tag)

    def export(self, tag: str, folder: Path) -> None:
        """The image's files below a folder (as root, to keep their owners)."""
        if self.name == "buildah":
            container = self("from", tag)
            copied(Path(self("mount", container)), folder)
            self("umount", container)
            self("rm", container)
            return
        tar = folder.with_suffix(".tar")
        container = self("create", tag)
        self("export", "-o", str(tar), container)
        self("rm", container)
        with tarfile.open(tar) as file:
            file.extractall(folder, filter="tar")
        tar.unlink()


def copied(source: Path, target: Path) -> None:
    """Copy a tree with its owners and devices (a device is not read)."""
    ran = subprocess.run(["cp", "-a", f"{source}/.", target], check=False)
    if ran.returncode != 0:
        raise BuildError("The image's files could not be copied; cp says why above.")


def engine_of(wanted: str) -> Engine:
    """The engine that was asked for, or the first that is installed."""
    for name in (wanted,) if wanted else ENGINES:
        if shutil.which(name):
            return Engine(name)
    raise BuildError(f"None of {', '.join(ENGINES)} is installed: install one.")


def build_image(folder: Path, engine: Engine, rootfs: Path | None) -> str:
    """Build the image; its tag."""
    tag = json.loads((folder / "kit.json").read_text("utf-8"))["tag"]
    base = engine.base(rootfs) if rootfs else ""
    engine.build(folder, tag, base)
    return str(tag)


def build_openrecon(folder: Path, engine: Engine, rootfs: Path | None) -> Path:
    """The package for OpenRecon: a zip of the image's tar and the manual."""
    name = json.loads((folder / "kit.json").read_text("utf-8"))["openrecon"]
    tag = build_image(folder, engine, rootfs)
    tar, pdf = folder / f"{name}.tar", folder / f"{name}.pdf"
    engine.save(tag, tar)
    package = folder / f"{name}.zip"
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as file:
        for part in (tar, pdf):
            file.write(part, part.name)
    return package


def build_chroot(folder: Path, engine: Engine, rootfs: Path | None) -> Path:
    """The file system image for FIRE."""
    if not shutil.which("mke2fs"):
        raise BuildError("mke2fs is not installed: install e2fsprogs.")
    name = json.loads((folder / "kit.json").read_text("utf-8"))["fire"]
    tag = build_image(folder, engine, rootfs)
    image = folder / "Ice" / "fire" / "chroot" / f"{name}.img"
    image.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary) / "root"
        root.mkdir()
        engine.export(tag, root)
        start = root / "usr" / "local" / "bin" / "start-mrs-monitor"
        start.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / "start-mrs-monitor", start)
        start.chmod(0o755)
        (root / "tmp" / "share").mkdir(parents=True, exist_ok=True)
        megabytes = size_mb(root) + SPARE_MB
        image.unlink(missing_ok=True)
        made = subprocess.run(
            ["mke2fs", "-q", "-F", "-t", "ext3", "-d", root, image, f"{megabytes}M"],
            check=False,
        )
    if made.returncode != 0:
        raise BuildError("mke2fs failed; it says why above.")
    return image


def size_mb(root: Path) -> int:
    """Space of a tree in blocks of 4 kB, with a tenth for the file system's own, MB."""
    blocks = 0
    for place, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = Path(place) / name
            length = 0 if path.is_symlink() else path.lstat().st_size
            blocks += 1 + length // 4096
    return 1 + int(1.1 * blocks * 4096 / 1e6)


def main(arguments: Sequence[str] | None = None) -> int:
    """Build what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("what", choices=("openrecon", "chroot"))
    parser.add_argument("--engine", choices=ENGINES, default="")
    parser.add_argument("--rootfs", type=Path, help="base without a registry: a tar")
    wanted = parser.parse_args(arguments)
    folder = Path(__file__).resolve().parent
    make = build_openrecon if wanted.what == "openrecon" else build_chroot
    try:
        made = make(folder, engine_of(wanted.engine), wanted.rootfs)
    except (BuildError, OSError) as error:
        sys.stderr.write(f"build.py: {error}\n")
        return 2
    sys.stdout.write(f"{made} ({made.stat().st_size / 1e6:.0f} MB)\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
