"""The program, in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from program import Program


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """The program; whatever it started is ended with the test."""
    started = Program(tmp_path)
    yield started
    started.close()
