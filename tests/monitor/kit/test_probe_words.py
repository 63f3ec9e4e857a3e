"""What a program in the chain gave back: which line says so, and which is WRONG."""

import math
import time
from types import SimpleNamespace

import pytest

from monitor.kit import probe
from monitor.kit.probe import ANSWER_S, Played, latencies_s, probe_checks
from monitor.preflight.machine import CheckState
from streams.sources.mrd.parser import Id


class Page(SimpleNamespace):
    """A page, or another image, as it came back."""

    def __init__(self, at_s: float, comments: str = "Glu +5 %", series: int = 0):
        frame = SimpleNamespace(id=Id.IMAGE)
        super().__init__(
            at_s=at_s, comments=comments, series=series or probe.PAGES, frame=frame
        )


def played(*returned: object, **changes: object) -> Played:
    made = Played(16, returned=list(returned), closed=True)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def line(given: Played, name: str):
    return next(check for check in probe_checks(given) if check.name == name)


def test_a_page_answers_the_transient_before_it():
    given = played(Page(10.4), Page(12.0), due_s=[10.0, 11.0, 13.0])
    assert latencies_s(given) == pytest.approx([0.4, 1.0, math.inf])
    assert latencies_s(played(Page(10.0), due_s=[10.0])) == [0.0]


@pytest.mark.parametrize(
    ("after_s", "state", "remedy"),
    [
        (ANSWER_S, CheckState.OK, ""),
        (ANSWER_S + 0.1, CheckState.WRONG, "1 were late"),
    ],
)
def test_a_page_is_late_after_a_second(after_s, state, remedy):
    check = line(played(Page(10.0 + after_s), due_s=[10.0]), "pages")
    assert (check.state, check.remedy) == (state, remedy)
    assert f"1 were due, the slowest after {after_s:.2f} s" in check.text
    assert check.text.endswith("the last says: Glu +5 %")


def test_pages_that_were_not_due_have_no_wait():
    assert "due" not in line(played(Page(10.0)), "pages").text


def test_no_page_is_wrong_and_one_without_analysis_wants_a_look():
    assert line(played(), "pages").state is CheckState.WRONG
    empty = played(Page(10.0), Page(11.0, f"{probe.NO_ANALYSIS}: no protocol"))
    assert line(empty, "pages").state is CheckState.LOOK
    begun = played(Page(10.0, f"{probe.NO_ANALYSIS}: no protocol"), Page(11.0))
    assert line(begun, "pages").state is CheckState.OK


def test_an_averaged_spectrum_is_no_page():
    spectrum = Page(10.0, "epoch 0", probe.SPECTRA)
    assert line(played(spectrum), "pages").state is CheckState.WRONG
    assert line(played(spectrum), "spectra").text == "1 came back; epoch 0"
    assert line(played(Page(10.0)), "spectra").state is CheckState.LOOK


def test_raw_data_must_come_back_bit_by_bit(monkeypatch):
    monkeypatch.setattr(probe, "frame_bytes", lambda frame: frame.content)

    def back(*contents: bytes) -> list[SimpleNamespace]:
        return [
            SimpleNamespace(
                frame=SimpleNamespace(id=Id.ACQUISITION, content=one), series=0
            )
            for one in contents
        ]

    sent = [b"a", b"b", b"c"]
    whole = line(played(*back(*sent), sent=sent), "raw data")
    assert (whole.state, whole.text[:14]) == (CheckState.OK, "3 acquisitions")
    changed = line(played(*back(b"a", b"x", b"c"), sent=sent), "raw data")
    assert changed.state is CheckState.WRONG
    assert changed.text.startswith("2 of 3 acquisitions")
    assert line(played(*back(b"a"), sent=sent), "raw data").text.startswith("1 of 3")


def test_a_program_that_does_not_close_is_said_with_its_problem():
    assert line(played(sent=[b"a"]), "connection").state is CheckState.OK
    silent = line(played(closed=False), "connection")
    assert "CLOSE was not answered" in silent.text
    checks = list(probe_checks(played(problem="It broke off.")))
    assert (checks[0].text, checks[0].state) == ("It broke off.", CheckState.WRONG)


class Scanner(SimpleNamespace):
    """A scanner that takes what is asked of it."""

    def take(self, change: object) -> None:
        self.asked.append(change.hz)


def scanner() -> Scanner:
    offsets_hz = [9.0] * 2 + [1.0, -1.0] * 9  # the first tenth finds the line
    return Scanner(offsets_hz=offsets_hz, asked=[])


def test_frequency_is_said_only_of_a_scanner_that_drifts():
    assert all(check.name != "frequency" for check in probe_checks(played()))
    never = line(played(scanner=scanner()), "frequency")
    assert never.state is CheckState.WRONG
    given = played(scanner=scanner(), asked_after_s=[0.02, 0.05, 0.03])
    given.scanner.asked += [1.5, -0.5]
    held = line(given, "frequency")
    assert held.state is CheckState.OK
    assert "2 changes, +1.00 Hz in all; held to 1.00 Hz (SD)" in held.text
    assert "after 30 ms, at most 50 ms" in held.text


@pytest.mark.parametrize(("after", "waits"), [(0, []), (1, [4.0]), (2, [2.0]), (3, [])])
def test_a_change_is_timed_from_the_transient_that_it_names(monkeypatch, after, waits):
    change = SimpleNamespace(after_transients=after, hz=0.5)
    monkeypatch.setattr(probe, "frequency_change", lambda _: change)
    monkeypatch.setattr(time, "monotonic", lambda: 14.0)
    given = played(scanner=scanner(), metabolite_s=[10.0, 12.0])
    given.obey(SimpleNamespace())
    assert given.scanner.asked == [0.5]
    assert given.asked_after_s == waits


def test_what_is_no_change_is_not_obeyed(monkeypatch):
    monkeypatch.setattr(probe, "frequency_change", lambda _: None)
    given = played(scanner=scanner(), metabolite_s=[10.0])
    given.obey(SimpleNamespace())
    assert given.scanner.asked == []
    monkeypatch.setattr(
        probe, "frequency_change", lambda _: SimpleNamespace(after_transients=1, hz=1.0)
    )
    alone = played(metabolite_s=[10.0])
    alone.obey(SimpleNamespace())
    assert alone.asked_after_s == []
