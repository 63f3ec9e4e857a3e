"""A message before which marks were placed says what those changed."""

import pytest

from monitor.analysis.tracking.difference import Agreement
from monitor.analysis.update import Update
from monitor.run.filtered_message import merged

OLD, NEW = Agreement("Glu", ()), Agreement("Gln", ())


@pytest.mark.parametrize(
    ("field", "of_mark", "own"),
    [
        ("agreement", OLD, NEW),
        ("reference_s", (0.0, 60.0), (0.0, 90.0)),
        ("course", (), ("a window",)),
        ("answers", {"Glu": "no"}, {"Glu": "yes"}),
        ("estimate", "a window", "another"),
        ("curves", "its curves", "others"),
        ("foreseen", "so far", "now"),
        ("stretches", (), ("a stretch",)),
    ],
)
def test_what_a_mark_changed_is_in_it_and_its_own_goes_before(field, of_mark, own):
    mark, plain = Update(7, 0, **{field: of_mark}), Update(8, 0)
    assert getattr(merged([mark, plain]), field) == of_mark
    assert getattr(merged([mark, Update(8, 0, **{field: own})]), field) == own
    later = Update(7, 0, **{field: own})
    assert getattr(merged([mark, later, plain]), field) == own
    assert getattr(merged([Update(7, 0), mark]), field) == of_mark
