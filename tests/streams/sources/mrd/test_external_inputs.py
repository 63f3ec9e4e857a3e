"""A pump's TTL on the scanner's external inputs: which edges are events, and when."""

import numpy as np
import pytest

from streams.sources.mrd.external import Edge, Edges
from streams.sources.mrd.messages import Waveform
from streams.sources.mrd.rules import MrdRules

STEP_US = 10_000.0  # 10 ms a point: bounces are edges nearer than 10 points
EXT1, EXT2 = 3, 4


def piece(*levels: int, external: int = EXT1, stamp: int = 0, step_us: float = STEP_US):
    return Waveform(external, stamp, step_us, np.array([levels], np.uint32))


def level(count: int, value: int = 1) -> tuple[int, ...]:
    return (value,) * count


def edges(**rules: object) -> Edges:
    return Edges(MrdRules(**rules))


def test_a_rising_edge_is_an_event_at_its_point():
    (edge,) = edges().take(piece(*level(5, 0), *level(5), stamp=700))
    assert edge == Edge(700, pytest.approx(0.05), "trigger_1", "external input 1 high")


def test_a_falling_edge_is_one_only_where_the_site_names_it():
    levels = (*level(20), *level(5, 0))
    assert edges().take(piece(*levels)) == []
    (edge,) = edges(external_1_end="infusion_stop").take(piece(*levels))
    assert (edge.kind, edge.text) == ("infusion_stop", "external input 1 low")
    assert edge.after_s == pytest.approx(0.2)


def test_what_is_high_from_its_first_point_on_is_no_edge():
    """Nobody knows when it rose."""
    found = edges()
    assert found.take(piece(*level(20))) == []
    assert found.take(piece(*level(20))) == []


def test_an_edge_between_two_pieces_is_at_the_beginning_of_the_second():
    found = edges()
    assert found.take(piece(*level(20, 0))) == []
    (edge,) = found.take(piece(*level(20), stamp=8))
    assert (edge.stamp, edge.after_s) == (8, 0.0)


def test_the_level_is_that_of_any_channel_above_the_sites():
    points = np.zeros((2, 6), np.uint32)
    points[1, 3:] = 100
    given = Waveform(EXT1, 0, STEP_US, points)
    assert len(edges(external_level=99).take(given)) == 1
    assert edges(external_level=100).take(given) == []


def test_each_input_has_its_own_level_and_kind():
    found = edges(external_2="infusion_start")
    assert found.take(piece(*level(20, 0), external=EXT1)) == []
    assert found.take(piece(*level(20), external=EXT2)) == []  # high from its first
    (edge,) = found.take(piece(*level(20), external=EXT1))
    assert edge.kind == "trigger_1"
    found.take(piece(*level(20, 0), external=EXT2))
    (edge,) = found.take(piece(*level(20), external=EXT2))
    assert (edge.kind, edge.text) == ("infusion_start", "external input 2 high")


def test_other_waveforms_and_empty_pieces_are_none():
    found = edges()
    assert found.take(piece(0, 0, 1, external=1)) == []  # the ECG
    assert found.take(Waveform(EXT1, 0, STEP_US, np.zeros((1, 0), np.uint32))) == []


@pytest.mark.parametrize(("low", "events"), [(8, 1), (9, 2), (30, 2)])
def test_a_contact_that_bounces_is_one_event(low, events):
    """Rise, fall after a point, rise again after `low` points: 0.1 s from 10 on."""
    levels = (*level(5, 0), 1, *level(low + 1, 0), *level(5))
    found = edges().take(piece(*levels))
    assert len(found) == events
    assert found[0].after_s == pytest.approx(0.05)


@pytest.mark.parametrize(("rest", "events"), [(3, 0), (4, 1), (50, 1)])
def test_bounces_are_told_across_pieces(rest, events):
    """An edge 5 points before the end of a piece, the next so far into another."""
    found = edges(external_1_end="infusion_stop")
    assert len(found.take(piece(*level(15, 0), *level(5)))) == 1
    assert len(found.take(piece(*level(1 + rest), *level(5, 0)))) == events


def test_a_piece_without_an_edge_counts_as_time_between():
    found = edges(external_1_end="infusion_stop")
    found.take(piece(*level(19, 0), 1))
    found.take(piece(*level(20)))
    assert len(found.take(piece(*level(2, 0)))) == 1


@pytest.mark.parametrize("step_us", [0.0, -1.0, 1e9, float("nan")])
def test_without_a_step_every_edge_counts_and_has_the_time_of_its_piece(step_us):
    levels = (0, 1, 0, 1)
    found = edges().take(piece(*levels, step_us=step_us, stamp=9))
    assert [(edge.stamp, edge.after_s) for edge in found] == [(9, 0.0), (9, 0.0)]
