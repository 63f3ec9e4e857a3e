"""Scripts that stand in for other programs on the PATH."""

import shlex
import sys
from pathlib import Path

HERE = Path(__file__).parent


def stand_in(peer, wrong=""):
    """Lines of sh that do a peer's work, wrongly where `wrong` says how."""
    script = HERE / f"fake_{peer.program}.py"
    run = f'{shlex.quote(sys.executable)} {shlex.quote(str(script))} "$@"'
    return f"FAKE={shlex.quote(wrong)} exec {run}"


def put_program(folder, peer, script):
    """Put a program into a folder that runs these lines of sh."""
    folder.mkdir(exist_ok=True)
    path = folder / peer.program
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path
