"""A publisher that leaves out a field, from the command line: said, and exit code 1."""

import signal

from free_ports import free_endpoint
from outside_publisher import GONE, OutsidePublisher
from program import until


def test_a_field_that_is_missing_is_named_everywhere_and_the_run_fails(program):
    site_at, bind = free_endpoint(), free_endpoint()
    relay = program.start(
        "relay", "--source", site_at, "--bind", bind, "--record", "visit.mcap",
        "--least-free", 0, name="relay",
    )  # fmt: skip
    with OutsidePublisher(site_at) as site:
        site.start(acquisition={"echo_time_s": GONE})
        site.transients(range(5))
        until(lambda: "lacks echo_time_s" in program.said("relay"), "the field's name")
        checked = program.run("preflight", "--from", bind, "--wait", 4)
    relay.send_signal(signal.SIGINT)
    assert relay.wait(60) == 1
    assert "NOTHING WAS RECORDED" in program.said("relay")
    assert "6 messages" in program.said("relay")
    assert checked.code == 2
    assert "lacks echo_time_s" in checked.out
    known = program.run("info", "visit.mcap")
    assert "6 messages refused" in known.out
    assert "lacks echo_time_s" in known.out
