"""What `recover` says was saved, what `info` says of a voxel, what `tail` repeats."""

from dataclasses import dataclass, replace

import pytest

from monitor.commands import recordings
from monitor.commands.recordings import _left_out, _voxel
from streams.messages.transient import Acquisition

PRESS = Acquisition(123.25, "1H", 5e-4, 512, 1, 0.03, 2.0, sequence="PRESS")


def test_messages_left_out_are_counted():
    assert _left_out(0) == ""
    assert _left_out(1).startswith(" 1 message with the number of a later one")
    assert _left_out(1).endswith("was left out.")
    assert _left_out(2).startswith(" 2 messages with")
    assert _left_out(2).endswith("were left out.")


def test_a_voxel_is_said_as_far_as_it_is_known():
    assert _voxel(PRESS) == ""
    sized = replace(PRESS, voxel_mm=(20.0, 20.0, 22.5))
    assert _voxel(sized) == ", voxel 20 x 20 x 22.5 mm"


@dataclass
class Health:
    clock: str = ""
    problem: str = ""


class Arriving:
    """A subscriber that hears nothing, of this health at each look, then Ctrl-C."""

    def __init__(self, *health: Health) -> None:
        self._left = list(health)
        self.health = Health()

    def __call__(self, *_: object) -> "Arriving":
        return self

    def __enter__(self) -> "Arriving":
        return self

    def __exit__(self, *_: object) -> None: ...

    def poll(self, _timeout_s: float) -> list[object]:
        if not self._left:
            raise KeyboardInterrupt
        self.health = self._left.pop(0)
        return []


def tailed(monkeypatch, capsys, *health: Health) -> tuple[list[str], list[str]]:
    monkeypatch.setattr(recordings, "Subscriber", Arriving(*health))
    with pytest.raises(KeyboardInterrupt):
        recordings.tail("tcp://127.0.0.1:5555")
    said = capsys.readouterr()
    return said.out.splitlines(), said.err.splitlines()


def test_a_problem_is_said_when_it_comes_and_when_it_comes_again(monkeypatch, capsys):
    lost = Health(problem="Nobody listens.")
    given = (Health(), lost, lost, Health(), lost)
    assert tailed(monkeypatch, capsys, *given) == ([], ["Nobody listens."] * 2)


def test_clocks_are_said_at_once_and_then_now_and_then(monkeypatch, capsys):
    known = Health(clock="3 s ahead")
    said, problems = tailed(monkeypatch, capsys, Health(), known, known)
    assert said == ["relay's clock beside the scanner's: 3 s ahead"]
    assert problems == []
    moments = iter([100.0, 100.0, 100.0 + recordings.BESIDE_S + 1, 161.5])
    monkeypatch.setattr(recordings.time, "monotonic", lambda: next(moments))
    assert len(tailed(monkeypatch, capsys, known, known)[0]) == 2
