"""A session of half an hour, worked through once."""

import pytest
from fake_session import FakePipeline, messages

from monitor.analysis.update import Update


@pytest.fixture(scope="session")
def updates() -> list[Update]:
    pipeline = FakePipeline()
    return [pipeline.push(message) for message in messages(30.0)]
