"""Ctrl-C while processes beside ours begin: it comes to the first process alone."""

import multiprocessing as mp
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess

import pytest

from monitor.run.ctrl_c import end_by_ctrl_c, without_ctrl_c

pytestmark = pytest.mark.skipif(
    not hasattr(signal, "pthread_sigmask"), reason="a console sends it to all"
)


def work() -> None:
    """What a process has to do; it says nothing of Ctrl-C."""


def wait_to_be_ended() -> None:
    end_by_ctrl_c()
    time.sleep(60.0)


def interrupted(body: Callable[[], None]) -> BaseProcess:
    """A process that got Ctrl-C before it could load anything."""
    process = mp.get_context("spawn").Process(target=body, daemon=True)
    with without_ctrl_c():
        process.start()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGINT)
    process.join(30.0)
    return process


def test_a_process_that_begins_is_not_reached():
    assert interrupted(work).exitcode == 0


def test_one_that_ends_by_it_says_nothing(capfd):
    assert interrupted(wait_to_be_ended).exitcode == -signal.SIGINT
    assert capfd.readouterr().err == ""


OURS = """
import os, signal
from monitor.run.ctrl_c import without_ctrl_c
try:
    with without_ctrl_c():
        os.kill(os.getpid(), signal.SIGINT)
        print("begun")
except KeyboardInterrupt:
    print("stopped")
"""


def test_ours_comes_when_the_process_has_begun():
    """In a process of one thread: where there are more, another one would take it."""
    ran = subprocess.run(
        [sys.executable, "-c", OURS], capture_output=True, text=True, timeout=60,
        check=True,
    )  # fmt: skip
    assert ran.stdout.split() == ["begun", "stopped"]
