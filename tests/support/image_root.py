"""An image's package laid out as a root file system, and its program started in it.

    unshare --net --mount python image_root.py PACKAGE.zip FOLDER COMMAND...

starts the image by its own entry point, as its own user, in a network of its own that
has nothing but loopback; then runs COMMAND there and gives its exit code.
"""

import contextlib
import fcntl
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path

PORT = 9002
WHITEOUT = ".wh."


def laid_out(package, folder):
    """The image's configuration; its files are below the folder then."""
    with zipfile.ZipFile(package) as file:
        name = next(n for n in file.namelist() if n.endswith(".tar"))
        file.extract(name, folder)
    root = folder / "root"
    root.mkdir()
    with tarfile.open(folder / name) as image:
        manifest = json.load(image.extractfile("manifest.json"))[0]
        config = json.load(image.extractfile(manifest["Config"]))["config"]
        for layer in manifest["Layers"]:
            with tarfile.open(fileobj=image.extractfile(layer)) as tar:
                _apply(tar, root)
    (folder / name).unlink()
    return config, root


def _apply(tar, root):
    for member in tar:
        path = Path(member.name)
        if path.name.startswith(WHITEOUT):
            gone = root / path.parent / path.name.removeprefix(WHITEOUT)
            shutil.rmtree(gone, ignore_errors=True)
            gone.unlink(missing_ok=True)
        else:
            tar.extract(member, root, filter="fully_trusted")


def loopback_up():
    """Loopback of a new network is down at first."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh", b"lo", 0x1 | 0x40)
        fcntl.ioctl(any_socket, 0x8914, request)


def started(config, root):
    """The image's own command, as its own user."""
    for place in ("dev", "proc"):
        command = ["mount", "--rbind", f"/{place}", str(root / place)]
        subprocess.run(command, check=True)
    user, _, group = config["User"].partition(":")
    assert int(user) > 0
    environment = dict(entry.split("=", 1) for entry in config["Env"])
    command = [*(config.get("Entrypoint") or []), *config["Cmd"]]

    def enter():
        os.chroot(root)
        os.chdir(config.get("WorkingDir") or "/")
        os.setgroups([])
        os.setgid(int(group or user))
        os.setuid(int(user))

    return subprocess.Popen(command, env=environment, preexec_fn=enter)


def wait_for_port(program, timeout_s=120):
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline and program.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", PORT), 1).close()
            return
        time.sleep(0.1)
    raise SystemExit("the program in the image does not listen")


def main():
    package, folder, *command = sys.argv[1:]
    loopback_up()
    config, root = laid_out(package, Path(folder))
    program = started(config, root)
    try:
        wait_for_port(program)
        code = subprocess.run(command, check=False).returncode
    finally:
        program.terminate()
        program.wait(60)
    recorded = sorted(p.name for p in (root / "data").glob("*.mcap*"))
    print("recorded:", *recorded, flush=True)
    raise SystemExit(code)


if __name__ == "__main__":
    main()
