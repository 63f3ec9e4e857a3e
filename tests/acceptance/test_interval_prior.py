"""A slice of `interval_prior.py`."""

from interval_prior import study


def test_likelihood_does_not_make_the_interval_right_for_all_courses():
    found = study(n=100, seed=1, before=150, during=250, sd=25.0, target=8.0)
    still, quick = found["none"], found["step"]
    for by_way in found.values():
        assert by_way["noises"][0] > by_way["as it is"][0]
        assert by_way["floor"][2] < 1.02 * by_way["as it is"][2]
    for way in ("as it is", "floor", "noises", "sizes"):
        assert still[way][0] > 95.0
    assert still["sizes"][0] > still["as it is"][0]
    assert quick["sizes"][0] < 95.0
