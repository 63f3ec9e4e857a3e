"""Record a scenario to a file, as fast as it can be computed, with its truth beside it.

    python -m streams.simulator.record SCENARIO FILE.mcap

The session's name is made from scenario and seed, so that the same scenario gives the
same messages each time.
"""

from __future__ import annotations

import sys
import uuid
from pathlib import Path

from streams.errors import InputError
from streams.messages import wire
from streams.messages.transient import number
from streams.recording.journal import Journal
from streams.simulator.scanner import prepare, scan_session
from streams.simulator.scenario import Scenario
from streams.simulator.scenario_file import read_scenario
from streams.simulator.truth import write_truth


def record(scenario: Scenario, path: Path) -> Path:
    """Record a session and write its truth; returns where the recording is.

    Raises
    ------
    InputError : the scenario cannot be simulated, or the file cannot be written
    """
    session = prepare(scenario)
    name = uuid.uuid5(
        uuid.NAMESPACE_URL, f"scanner_sim/{scenario.name}/{scenario.seed}"
    )
    with Journal.create(path) as journal:
        for message in number(scan_session(session), name.hex):
            journal.append(wire.encode(message))
    write_truth(session, path)
    return path


def main(arguments: list[str]) -> int:
    """Record the scenario of the command line."""
    try:
        if len(arguments) != 2:
            raise InputError("Give a scenario and the file to record it to.")
        record(read_scenario(arguments[0]), Path(arguments[1]))
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
