"""`preflight` and `kit`: what each option comes to, without a scanner."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from monitor.commands import kit
from monitor.commands import preflight as command
from monitor.kit.files import MARS_HOST
from monitor.preflight.machine import CheckResult, CheckState
from streams.errors import InputError
from streams.messages.transient import End
from streams.sources.mrd.address import DEFAULT_LISTEN

HERE = "tcp://127.0.0.1:5555"


@pytest.fixture
def asked(monkeypatch) -> list:
    """What the machine is asked for, and last the checks that are told."""
    calls: list = []

    def note(name: str, found: object):
        def made(*given: object) -> object:
            calls.append((name, *given))
            return found

        return made

    for name in ("basis", "scanner_port", "relay_ports", "keys", "clock"):
        monkeypatch.setattr(command.machine, name, note(name, name))
    monkeypatch.setattr(command.machine, "disk", note("disk", ["disk"]))
    monkeypatch.setattr(command, "make_recordings_folder", lambda: Path("/usual"))
    monkeypatch.setattr(command, "_stream", lambda *given: [("stream", *given)])
    monkeypatch.setattr(
        command, "tell_checks", lambda checks: calls.append(list(checks))
    )
    return calls


@pytest.mark.parametrize("settings", [None, "settings"])
@pytest.mark.parametrize("source", ["", "a.mcap", HERE])
def test_ports_are_looked_at_unless_a_relay_holds_them(
    asked, monkeypatch, settings, source
) -> None:
    monkeypatch.setattr(command.machine, "protocol", lambda _: ("protocol", settings))
    command.preflight("p", source)
    told = [one for one in asked[-1] if isinstance(one, str)]
    known = ["protocol"] if settings is None else ["protocol", "basis"]
    ports = [] if source == HERE else ["scanner_port", "relay_ports"]
    assert told == [*known, *ports, "keys", "clock", "disk"]
    assert asked[-1][-1] == ("stream", source, "", 16, command.WAIT_S, settings, None)


@pytest.mark.parametrize("listen", ["", "1.2.3.4:9002"])
@pytest.mark.parametrize("record", [None, Path("/own/visit.mcap")])
def test_what_is_not_given_is_the_usual(asked, monkeypatch, listen, record) -> None:
    monkeypatch.setattr(command.machine, "protocol", lambda _: ("protocol", None))
    command.preflight(listen=listen, allow="a", record=record, hours=2.0)
    assert ("scanner_port", listen or DEFAULT_LISTEN, "a") in asked
    assert ("disk", Path("/own" if record else "/usual"), 2.0) in asked


@pytest.fixture
def arrives(monkeypatch) -> SimpleNamespace:
    """What a stream holds, without one."""
    what = SimpleNamespace(start=None, error="", clock="", opened=[])

    def read(*given: object) -> Iterator[object]:
        what.opened.append(given)
        if what.error:
            raise InputError(what.error)
        if len(given) > 1:
            given[3].append(what.clock)
        return iter(())

    monkeypatch.setattr(command, "_live", read)
    monkeypatch.setattr(
        command, "open_source", lambda path: SimpleNamespace(bodies=read(path))
    )
    monkeypatch.setattr(
        command, "collect", lambda bodies, n: SimpleNamespace(start=what.start)
    )
    monkeypatch.setattr(command.preflight_stream, "checks", lambda *_: ["checked"])
    monkeypatch.setattr(command, "_voxels", lambda start, path: ("voxel", start, path))
    return what


def looked(source: str, earlier: Path | None = None) -> list:
    return list(command._stream(source, "key", 16, 9.0, None, earlier))


def test_a_relay_and_a_file_are_opened_each_in_its_way(arrives) -> None:
    assert [one.state for one in looked("")] == [CheckState.LOOK]
    assert arrives.opened == []
    assert looked("a.mcap") == ["checked"]
    assert arrives.opened.pop() == (Path("a.mcap"),)
    assert looked(HERE) == ["checked"]
    assert arrives.opened.pop()[:3] == (HERE, "key", 9.0)
    arrives.clock = "2 ms ahead"
    assert looked(HERE)[-1] == CheckResult(
        "clocks", CheckState.OK, "relay beside scanner: 2 ms ahead"
    )
    arrives.error = "nobody there"
    (found,) = looked(HERE)
    assert (found.state, found.text) == (CheckState.WRONG, "nobody there")


@pytest.mark.parametrize("start", [None, "start"])
@pytest.mark.parametrize("earlier", [None, Path("old.mcap")])
def test_voxels_are_compared_where_there_are_two(arrives, start, earlier) -> None:
    arrives.start = start
    both = start is not None and earlier is not None
    assert looked("a.mcap", earlier)[1:] == [("voxel", start, earlier)] * both


@pytest.mark.parametrize("came", [False, True])
@pytest.mark.parametrize("refused", [0, 3])
@pytest.mark.parametrize("problem", ["", "wrong key"])
def test_a_relay_that_gives_nothing_says_why(
    monkeypatch, came, refused, problem
) -> None:
    polls = []

    class Relay:
        health = SimpleNamespace(clock="c", refused=refused, problem=problem)

        def poll(self, wait_s: float) -> list:
            polls.append(wait_s)
            return [SimpleNamespace(body=End(0, "x"))] * came

        def problems(self) -> list:
            return []

        def give_up(self) -> None:
            polls.append("over")

    @contextmanager
    def subscriber(*given: object) -> Iterator[Relay]:
        assert given == (HERE, None)
        yield Relay()

    now = iter(range(100))
    monkeypatch.setattr(command, "Subscriber", subscriber)
    own = SimpleNamespace(monotonic=lambda: float(next(now)))
    monkeypatch.setattr(command, "time", own)
    clocks: list[str] = []
    bodies = command._live(HERE, "", 3.0, clocks)
    if came or refused:
        assert len(list(bodies)) == 2 * came
    else:
        said = problem or r"nothing came in 3 s\."
        with pytest.raises(InputError, match=f"^{HERE}: {said}$"):
            list(bodies)
    assert polls == [0.2, 0.2, "over"]
    assert clocks == ["c"] * came


@pytest.mark.parametrize("protocol", [None, [Path("own.toml")]])
@pytest.mark.parametrize("host", ["", "mars.local"])
def test_a_kit_gets_the_protocols_and_the_host_that_are_given(
    monkeypatch, protocol, host
) -> None:
    written = []
    for name in ("write_openrecon", "write_fire"):
        monkeypatch.setattr(kit, name, lambda *given: written.append(given))
    kit.openrecon(Path("out"), None, protocol)
    kit.fire(Path("out"), None, host, protocol)
    expected = protocol or ()
    assert written == [
        (Path("out"), None, expected),
        (Path("out"), None, host or MARS_HOST, expected),
    ]
