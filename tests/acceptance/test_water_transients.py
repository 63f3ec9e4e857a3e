"""Water transients of every scheme enter no metabolite window."""

import pytest
from water_transients import SCHEMES, run


@pytest.mark.parametrize(
    ("least", "seed"),
    [(400, 11), pytest.param(10_000, 1, marks=pytest.mark.slow)],
)
def test_no_water_enters_and_no_metabolites_are_taken_for_water(least, seed):
    counts = run(least, seed)
    assert {name for name, c in counts.items() if c["water"] > 0} == set(SCHEMES)
    assert sum(c["water"] for c in counts.values()) >= least
    assert sum(c["metabolites"] for c in counts.values()) > least
    assert {name: c["entered"] for name, c in counts.items() if c["entered"]} == {}
    wrong = {n: c["taken as water"] for n, c in counts.items() if c["taken as water"]}
    assert wrong == {}
