"""Updates and the state of the stream, folded into what is known of a session.

These functions alone change a `SessionState`.  Every reading of a clock is the caller's
(`now_s`); scanner times are `time_s`.  Nothing here is drawn yet.
"""

from __future__ import annotations

from monitor.analysis.course.response import Estimate
from monitor.analysis.fit.curves import Curves
from monitor.analysis.note import Note
from monitor.analysis.preparation.quality import LOW_WEIGHT, Quality
from monitor.analysis.update import Update
from monitor.protocol.settings import Settings
from monitor.run.stream_state import Stream
from monitor.screen import disk, notices
from monitor.screen.fold_event import end_refit, take_event
from monitor.screen.fold_nulled import take_nulled
from monitor.screen.fold_stretches import take_stretches
from monitor.screen.parts.axis import Span
from monitor.screen.parts.columns import Columns
from monitor.screen.parts.spectrum import height_of
from monitor.screen.parts.tracks import Tracks
from monitor.screen.parts.waterfall import Stack
from monitor.screen.parts.windows import Windows
from monitor.screen.recent_quality import judged_with, limits_of
from monitor.screen.screen import Level, Message
from monitor.screen.state import HEADLINE_S, QUALITY, WATER, SessionState

GAP_INTERVALS = 3.5  # without a transient for longer, nothing was measured


def fold(state: SessionState, update: Update, now_s: float) -> None:
    """Take in what one message caused."""
    state.revision += 1
    state.seq = max(state.seq, update.seq)
    state.scanner.take(update.seq)
    then_s = now_s - state.behind_s()  # when it came: what waited is told no news
    _take_start(state, update)
    state.ended = update.ended if update.ended is not None else state.ended
    if update.event is not None:
        take_event(state, update.event, then_s)
    for epoch in state.epochs[1:]:
        if epoch in update.joined:
            _forget_epoch(state, epoch)
    if update.quality is not None:
        _take_quality(state, update, update.quality, now_s)
    if update.qualities is not None:
        _take_again(state, update.qualities)
    take_nulled(state, update, now_s)
    if update.water is not None:
        state.waters.append(*(getattr(update.water, name) for name in WATER))
    _take_missing(state, update, then_s)
    if update.course is not None:
        _take_course(state, update, update.course)
    if update.reference_curves is not None:
        state.mean_curves = update.reference_curves
        state.height = height_of(update.reference_curves)
    if update.estimate is not None:
        _take_estimate(state, update.estimate, update.curves, now_s)
    if update.tracker is not None:
        state.tracks.append(update.tracker)
        if now_s - state.shown_track[0] >= HEADLINE_S:
            state.shown_track = (now_s, update.tracker)
    state.answers = update.answers or state.answers
    if update.spectral_maps or update.course is not None:
        state.spectral_maps = update.spectral_maps
    state.foreseen = update.foreseen or state.foreseen
    _take_agreement(state, update)
    take_stretches(state, update, then_s)
    for note in dict.fromkeys(update.notes):
        _take_note(state, note, then_s)


def _take_agreement(state: SessionState, update: Update) -> None:
    """Whether the ways to the change agree; of another outcome it says nothing."""
    if update.agreement is not None or update.course is not None:
        state.agreement = update.agreement
    held = state.agreement
    if held is not None and held.outcome != state.settings.outcome:
        state.agreement = None


def hear(state: SessionState, stream: Stream, now_s: float) -> None:
    """Take in the state of the stream."""
    sought = not (state.was_connected or stream.connected)  # it never was there yet
    logged = not sought and state.ended is None
    state.stream = stream
    state.scanner.interval_s = state.interval_s
    newest_s = state.time_s if state.quality.rows else None
    state.scanner.hear(stream.lag, now_s, newest_s)
    room_s = disk.room_s(state)
    late = state.scanner.is_late
    state.notices.hear(stream, state.time_s, now_s, logged, room_s, late)
    state.was_connected |= stream.connected
    state.heard_s = now_s if state.heard_s is None else state.heard_s


def settle(state: SessionState, now_s: float) -> None:
    """After many updates at once: the newest counts, passing sentences are gone."""
    state.notices.settle()
    state.shown_window = (now_s, state.estimates.newest_whole)
    state.shown_track = (now_s, state.tracks.newest)


def begun_again(old: SessionState, settings: Settings) -> SessionState:
    """A session of which nothing has been folded, on the stream of an old one."""
    hidden = settings.outcome_hidden or old.hidden
    state = SessionState(settings.with_changes(outcome_hidden=hidden))
    state.stream, state.was_connected = old.stream, old.was_connected
    state.heard_s, state.arrived_s = old.heard_s, old.arrived_s
    state.revision, state.asked = old.revision + 1, old.asked
    state.unsent, state.unsent_folder = old.unsent, old.unsent_folder
    state.notices.follow(old.notices)
    return state


def go_on(state: SessionState, old: SessionState, now_s: float) -> None:
    """All was folded once more: nothing of it is news but what came out."""
    settle(state, now_s)
    state.arrived_s, state.scanner = old.arrived_s, old.scanner
    state.notices.end_following()


def adopt(state: SessionState, settings: Settings) -> None:
    """Go on with other settings."""
    state.settings = settings
    state.find_anew()
    state.revision += 1


def fail(state: SessionState, why: str, now_s: float) -> None:
    """The analysis has stopped, and why."""
    end_refit(state)
    state.notices.stop(why, state.time_s, now_s, state.stream)


def tell_sentence(state: SessionState, sentence: str, now_s: float) -> None:
    """Tell a sentence of the window itself."""
    tell(state, Message("event", Level.NOTE, sentence, "", 0.0), now_s)


def tell(state: SessionState, message: Message, now_s: float) -> None:
    """Tell the operator something once."""
    state.notices.tell(message, state.time_s, now_s)


def keep_curves(
    state: SessionState,
    spans_s: tuple[Span, ...],
    curves: tuple[Curves | None, ...],
) -> None:
    """Take in the curves of windows that were asked for."""
    state.looked_at = dict(zip(spans_s, curves, strict=True))


def _take_note(state: SessionState, note: Note, now_s: float) -> None:
    """Tell what the analysis noticed, for a while or as long as it holds."""
    if note.rule.stands:
        state.notices.stand(notices.noted(note), state.time_s, now_s)
    elif note.rule.log_only:
        state.notices.log_once(note, state.time_s)
    else:
        tell(state, notices.noted(note), now_s)


def _take_start(state: SessionState, update: Update) -> None:
    state.source = update.source or state.source
    state.acquisition = update.acquisition or state.acquisition
    state.counted = state.counted and update.counted
    if update.settings is not None:
        hidden = state.settings.outcome_hidden or update.settings.outcome_hidden
        state.settings = update.settings.with_changes(outcome_hidden=hidden)
        state.reference_s = state.reference_s or update.settings.reference_s
    state.find_anew()


def _take_quality(
    state: SessionState, update: Update, quality: Quality, now_s: float
) -> None:
    if not state.epochs or quality.epoch != state.epochs[-1]:
        if state.epochs:
            state.gaps_s.append((state.time_s, quality.time_s))
        state.epochs.append(quality.epoch)
        state.epoch_starts_s.append(quality.time_s)
    else:
        _notice_gap(state, quality)
    state.quality.append(*(getattr(quality, name) for name in QUALITY))
    state.newest = quality
    state.find_anew()
    state.low_weight += quality.weight < LOW_WEIGHT
    state.arrived_s = now_s
    state.scanner.interval_s = state.interval_s
    state.scanner.take_transient(quality.time_s, now_s)
    if update.strip is not None:
        if state.stack is None:
            state.stack = Stack(state.interval_s)
        state.stack.add(quality.time_s, update.strip)


def _take_again(state: SessionState, qualities: tuple[Quality, ...]) -> None:
    """Take what all transients are worth, once those that came were aligned anew."""
    state.quality, state.low_weight = Columns(QUALITY), 0
    for quality in qualities:
        state.quality.append(*(getattr(quality, name) for name in QUALITY))
        state.low_weight += quality.weight < LOW_WEIGHT
    state.find_anew()


def _forget_epoch(state: SessionState, epoch: int) -> None:
    """An epoch is the one before it gone on: only the gap stays."""
    place = state.epochs.index(epoch)
    del state.epochs[place], state.epoch_starts_s[place]


def _notice_gap(state: SessionState, quality: Quality) -> None:
    """Notice time in which nothing was measured."""
    if quality.time_s - state.time_s > GAP_INTERVALS * state.interval_s:
        state.gaps_s.append((state.time_s, quality.time_s))


def _take_missing(state: SessionState, update: Update, now_s: float) -> None:
    """Count transients that never came; an event about them says why itself."""
    state.missing += update.missing
    if update.missing > 0 and update.event is None:
        tell(state, notices.gap(update.missing), now_s)


def _take_course(
    state: SessionState, update: Update, estimates: tuple[Estimate, ...]
) -> None:
    """The course done again replaces all that was shown of it."""
    state.estimates = Windows(estimates)
    state.looked_at = {}
    state.reference_s = update.reference_s
    if update.tracks is not None:
        state.tracks = Tracks(update.tracks)
        state.shown_track = (state.shown_track[0], state.tracks.newest)


def _take_estimate(
    state: SessionState, estimate: Estimate, curves: Curves | None, now_s: float
) -> None:
    if state.estimates and _same_window(state.estimates[-1], estimate):
        state.estimates.pop()  # it came with the course done again
    state.estimates.append(estimate)
    if curves is not None and _is_worth_showing(state, estimate):
        state.curves, state.fitted = curves, estimate
        if state.height is None:
            state.height = height_of(curves)
    if now_s - state.shown_window[0] >= HEADLINE_S:
        state.shown_window = (now_s, state.estimates.newest_whole)
    figures, limits = judged_with(state, estimate), limits_of(state.settings)
    infusing, then_s = state.infusion_s[0] is not None, now_s - state.behind_s()
    state.notices.judge(figures, limits, state.time_s, then_s, infusing)


def _is_worth_showing(state: SessionState, estimate: Estimate) -> bool:
    """Whether a window is no mere rest of one, as at the end of a session."""
    whole = state.estimates.newest_whole
    return whole is None or 2 * estimate.n_transients >= whole.n_transients


def _same_window(one: Estimate, other: Estimate) -> bool:
    """Whether two estimates are of the same transients, whatever their numbers."""
    return (one.time_start_s, one.time_end_s) == (other.time_start_s, other.time_end_s)
