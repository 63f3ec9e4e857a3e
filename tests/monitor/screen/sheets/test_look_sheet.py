"""A closer look: what a window is compared with, and of what they differ."""

from dataclasses import replace

import numpy as np
import pytest
from fake_session import SETTINGS, FakePipeline
from screen_cases import shown, texts

from monitor.screen.fold import keep_curves
from monitor.screen.sheets.sources import sources
from monitor.screen.sheets.window import EARLIER, REFERENCE, look_at, spans_of

OUTCOME = SETTINGS.outcome


def looked(updates, settings=SETTINGS):
    display = shown(updates, 1500.0, settings)
    this = display.state.estimates[-1]
    spans = spans_of(display.state, this)
    curves = tuple(FakePipeline().curves_between(*span) for span in spans)
    keep_curves(display.state, spans, curves)
    return display.state, this


def test_a_window_is_compared_with_the_one_before_it(updates):
    state, this = looked(updates)
    look = look_at(state, this)
    assert look.against == EARLIER
    assert look.before_title.endswith("32 transients")
    assert len(look.this.difference) == len(look.this.ppm)
    assert not len(look.before.difference)
    assert look.figures[1].name == "SD of the level"


def test_a_window_is_compared_with_the_reference_period(updates):
    state, this = looked(updates)
    look = look_at(state, this, REFERENCE)
    assert look.against == REFERENCE
    assert look.before_title == "\N{MINUS SIGN}10:00 to +00:00, 301 transients"
    figures = {f.name: f for f in look.figures}
    assert figures[f"{OUTCOME}, change"].before == "0.0 %"
    assert figures[f"{OUTCOME}, change"].this.startswith("+")
    assert figures["line width"].before == "5.60 Hz"
    assert not figures["effective transients"].moved  # it is only longer
    shared = look.this.difference_fit - look.this.difference_zero
    assert shared[np.argmin(np.abs(look.this.ppm - 2.35))] > 0.02
    before = shown(updates, 500.0).state
    assert look_at(before, before.estimates[-1], REFERENCE).before is None


def test_the_difference_is_told_by_its_parts(updates):
    state, _ = looked(updates)
    mean = state.mean_curves
    moved = {n: 1.3 * c if n == "Glu" else c for n, c in mean.components.items()}
    step = moved["Glu"] - mean.components["Glu"]
    this = replace(mean, data=mean.data + step, components=moved)
    assert [(f.name, f.this) for f in sources(this, mean)] == [("diff.: Glu", "100 %")]
    broad = replace(mean, data=mean.data + 0.1, baseline=mean.baseline + 0.1)
    (only,) = sources(broad, mean)
    assert only.name == "diff.: baseline"
    assert sources(mean, mean) == sources(None, mean) == ()


@pytest.mark.parametrize("against", [EARLIER, REFERENCE])
def test_under_the_lock_no_comparison_tells_the_outcome(updates, against):
    state, this = looked(updates, replace(SETTINGS, outcome_hidden=True))
    look = look_at(state, this, against)
    assert not len(look.this.difference) + len(look.this.difference_fit)
    said = " ".join(texts(look))
    for telling in ("Glx", "Glu", "Gln", "tNAA", "diff.", "change", "SD of the level"):
        assert telling not in said
