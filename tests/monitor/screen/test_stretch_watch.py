"""Stretches that are left out: a condition while they last, one sentence when over."""

from __future__ import annotations

from dataclasses import replace

from fake_session import SETTINGS, TR_S
from hypothesis import given
from hypothesis import strategies as st
from screen_cases import shown

from monitor.analysis.contamination.stretch import SPAN, Cause, Stretch
from monitor.analysis.tracking.difference import Agreement, Difference, Way
from monitor.screen.stretch_watch import StretchWatch
from monitor.screen.window_conditions import Watch

FIRST, STOP = 700, 741
MOTION = Stretch(FIRST, STOP, 0, FIRST * TR_S, (STOP - 1) * TR_S, Cause.MOTION)
BEGUN = "Motion since +13:20: left out while it lasts"
OVER = "Motion +13:20 to +14:40: 41 transients left out"


def grown(transients: int) -> Stretch:
    """The stretch as it is found after so many transients."""
    stop = min(STOP, transients)
    return replace(MOTION, stop=stop, end_s=(stop - 1) * TR_S)


def before_it(updates, settings=SETTINGS):
    """The page of a session in which there is such a stretch, before it."""
    return shown(updates, FIRST * TR_S - 1.0, settings)


def followed(display, updates, known_from=0):
    """(transients, messages) from then on; what it changed is known from so many on."""
    effect = Difference(Way.STRETCH, 0.8, 0.25, MOTION)
    for update in updates:
        if update.quality is None or update.quality.index < FIRST:
            continue
        n, now = update.quality.index + 1, update.quality.time_s
        if n > STOP + 3 * SPAN:
            break
        if n > FIRST + 5 and n <= STOP:
            update = replace(update, stretches=(grown(n),))
        known = (effect,) if n >= known_from else ()
        agreement = Agreement(SETTINGS.outcome, known)
        display.fold(replace(update, agreement=agreement), now)
        yield n, display.screen(now + 0.1).messages


def test_it_is_a_condition_while_it_lasts_and_a_sentence_when_it_is_over(updates):
    display, begun, over = before_it(updates), [], []
    for n, messages in followed(display, updates):
        said = {m.condition: m for m in messages}
        assert not (BEGUN in said and OVER in said)
        if BEGUN in said:
            begun.append(n)
            message = said[BEGUN]
            assert message.key == "unlike"
            assert abs(message.age_s - (n - 1 - FIRST) * TR_S) <= 1.0
        if OVER in said:
            over.append(n)
            assert said[OVER].action == "that moves the mean change by +0.8 ± 0.5 %"
    assert begun == list(range(FIRST + 6, STOP + SPAN + 1))
    assert over[0] == STOP + SPAN + 1
    log = [m.condition for _, m in display.state.notices.log]
    assert (log.count(BEGUN), log.count(OVER)) == (1, 1)


def test_the_sentence_waits_until_it_is_known_what_was_changed(updates):
    """Transients that hardly counted anyway change nothing: no comparison is due."""
    display = before_it(updates)
    told = []
    for n, _ in followed(display, updates, known_from=STOP + 2 * SPAN):
        said = {m.condition: m for m in display.screen(2.0 * n).messages}
        assert (BEGUN in said) == (FIRST + 5 < n <= STOP + SPAN)
        if OVER in said:
            told.append(n)
            assert said[OVER].action
    assert told[0] == STOP + 2 * SPAN


def test_a_blinded_page_is_told_of_it_without_the_number(updates):
    display = before_it(updates, replace(SETTINGS, outcome_hidden=True))
    said = [m for _, messages in followed(display, updates) for m in messages]
    over = [m for m in said if m.condition == OVER]
    assert over
    assert all(m.action == "" for m in over)


def test_what_only_follows_from_it_is_not_told_beside_it(updates):
    display = before_it(updates)
    low = Watch(since_s=FIRST * TR_S, text="26 of 32 transients of low weight")
    wide = replace(low, text="Line width 14.0 Hz, limit 12.0")
    told = []
    for n, _ in followed(display, updates):
        display.state.notices._watches = {"rejected": low, "fwhm": wide}
        said = {m.condition for m in display.screen(2.0 * n).messages}
        assert wide.text in said  # motion need not have done that
        told.append((BEGUN in said, low.text in said))
    assert (True, False) in told
    assert (False, True) in told
    assert (True, True) not in told


def test_one_that_is_found_afterwards_is_only_told_as_over(updates):
    display = shown(updates, 1600.0)
    update = next(u for u in updates if u.quality and u.quality.time_s > 1600.0)
    display.fold(replace(update, stretches=(MOTION,)), 1602.0)
    said = [m.condition for m in display.screen(1602.5).messages]
    assert OVER in said
    assert BEGUN not in said


def test_one_that_is_like_the_rest_after_all_is_taken_back(updates):
    display = before_it(updates)
    n = next(n for n, _ in followed(display, updates) if n == FIRST + 20)
    update = next(u for u in updates if u.quality and u.quality.index == n)
    now = update.quality.time_s
    display.fold(replace(update, stretches=()), now)
    said = [m.condition for m in display.screen(now).messages]
    assert BEGUN not in said
    assert "Motion since +13:20: like the rest after all, it counts again" in said


def of(*spans) -> tuple[Stretch, ...]:
    return tuple(Stretch(a, b, 0, a * TR_S, b * TR_S, Cause.MOTION) for a, b in spans)


def test_one_that_lasted_is_told_as_over_where_it_is_found_with_one_told_before():
    watch = StretchWatch()
    watch.step(of((0, 1), (1, 6)), 15, ended=False)
    assert watch.lasting == of((1, 6))
    assert watch.step(of((0, 2)), 20, ended=False).over == of((0, 2))


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 90), st.integers(1, 20)), max_size=3),
        max_size=20,
    )
)
def test_every_stretch_that_lasted_is_told_once_as_over_or_taken_back(found):
    """Whatever is found when: none begins twice without an end, none ends twice."""
    watch = StretchWatch()
    for step, ones in enumerate([*found, []]):
        some = tuple(
            Stretch(a, a + n, 0, a * TR_S, (a + n) * TR_S, Cause.MOTION)
            for a, n in ones
        )
        lasted = watch.lasting
        news = watch.step(some, 5 * step, ended=step == len(found))
        for one in lasted:
            goes_on = any(one.is_same(other) for other in watch.lasting)
            over = any(one.is_same(other) for other in news.over)
            back = one in news.taken_back
            assert goes_on or over or back
            assert not (goes_on and back)
    assert watch.lasting == ()
