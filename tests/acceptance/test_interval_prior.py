"""A slice of `interval_prior.py`."""

from interval_prior import study


def test_a_floor_is_what_keeps_quick_courses_covered():
    found = study(n=60, seed=1, before=150, during=250, sd=25.0, target=8.0)
    for by_way in found.values():
        assert by_way["floor"][0] > by_way["no floor"][0] - 0.5
        assert by_way["mixture"][0] > by_way["no floor"][0]
    assert found["none"]["floor"][0] > 94.0
    assert found["surge, peak 300 s"]["no floor"][0] < 94.0
