"""Updates and the state of the stream in, a `Screen` out; no Qt, no own clock.

`screen_of` gives what is to be drawn at a given reading of the clock and changes
nothing but its memo, so that parts which did not change are the very same objects and
need no drawing.  `Display` holds what belongs together: the state of a session, which
`monitor.screen.fold` changes, the operator's view of it, and the memo.

Going back in a replay is folding the same updates again up to an earlier one.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.analysis.tracking.plasma import PLASMA
from monitor.analysis.update import Update
from monitor.protocol.settings import Settings
from monitor.run.stream_state import Stream
from monitor.screen import fold
from monitor.screen.changes_now import changes_now
from monitor.screen.current_messages import messages_of
from monitor.screen.held import held_at
from monitor.screen.last_drawn import Identity, Memo
from monitor.screen.parts import headline
from monitor.screen.parts.footer import footer
from monitor.screen.reading import read_clocks
from monitor.screen.screen import Screen
from monitor.screen.session_parts import (
    axis_of,
    headline_of,
    measures_of,
    outlook_of,
    status_of,
    strips_of,
    table_of,
    trend_of,
)
from monitor.screen.session_spectra import newest_spectrum, waterfall_of
from monitor.screen.state import SessionState
from monitor.screen.view import View

MOST = 4  # steps of the scale, wider or narrower
PLOTS = ("trend", "strips", "spectrum", "waterfall")


def screen_of(
    state: SessionState, view: View, now_s: float, memo: Memo, plot: str = ""
) -> Screen:
    """All that is to be drawn at this reading of the clock.

    Where a `plot` is named ("trend", "strips", "spectrum", "waterfall"), only that one
    is made anew: the others are as they were last.
    """
    waits = {name: bool(plot) and name != plot for name in PLOTS}
    revision, settings = state.revision, state.settings
    axis = memo.axis.of(revision, axis_of, state)
    seen = Identity((state.curves, state.mean_curves)), state.height, settings
    named = (state.acquisition, state.source, settings)
    measures = memo.measures.of((revision, settings), measures_of, state)
    held, at = held_at(state, now_s), read_clocks(state, now_s)
    read = revision, settings, Identity((held.point, held.estimate))
    changes = memo.changes.of(read, changes_now, state, held)
    table = memo.table.of(read, table_of, state, held, changes, memo.windowed)
    counts_down = None if settings.outcome in changes.numbers else at
    old = at.number_age_s, at.wait_s, at.catching_up, at.stopped
    return Screen(
        status=memo.status.same(status_of(state, at)),
        headline=memo.headline.of(
            (read, old, counts_down), headline_of, state, at, held, changes
        ),
        trend=memo.trend.of(
            (revision, view), trend_of, state, view, axis, may_wait=waits["trend"]
        ),
        measures=measures,
        strips=memo.strips.of(
            revision, strips_of, state, axis, measures, may_wait=waits["strips"]
        ),
        spectrum=memo.spectrum.of(
            seen, newest_spectrum, state, may_wait=waits["spectrum"]
        ),
        waterfall=memo.waterfall.of(
            revision, waterfall_of, state, axis, may_wait=waits["waterfall"]
        ),
        table=table,
        messages=memo.messages.same(messages_of(state, at)),
        outlook=outlook_of(state, at, changes, memo.outlook),
        playback=state.stream.playback,
        footer=memo.footer.of(named, footer, *named),
        running=state.running,
        fade=1.0 if at.stopped else headline.fade(at.number_age_s, at.wait_s),
    )


class Display:
    """A session's state, the operator's view of it, and what was drawn last."""

    def __init__(self, settings: Settings, view: View | None = None) -> None:
        self.state = SessionState(settings)
        self._settings = settings
        self.view = view or View()
        self._memo = Memo()

    def fold(self, update: Update, now_s: float) -> None:
        """Take in what one message caused."""
        if update.again:
            self._begin_again(update.again, now_s)
        fold.fold(self.state, update, now_s)

    def _begin_again(self, updates: Sequence[Update], now_s: float) -> None:
        """Take in all that is known once more: a mark was moved or taken back."""
        old = self.state
        self.state = fold.begun_again(old, self._settings)
        for update in updates:
            fold.fold(self.state, update, now_s)
        fold.go_on(self.state, old, now_s)

    def hear(self, stream: Stream, now_s: float) -> None:
        """Take in the state of the stream."""
        fold.hear(self.state, stream, now_s)

    def show(
        self,
        settings: Settings | None = None,
        wider: int | None = None,
        plasma: str | None = None,
    ) -> None:
        """Let the operator choose how the session is seen.

        `plasma` names a published model of the drug's level; empty: none is drawn.
        """
        if settings is not None:
            fold.adopt(self.state, settings)
        view = self.view
        if plasma is not None and plasma not in PLASMA:
            plasma = ""
        self.view = View(
            view.wider if wider is None else min(max(wider, -MOST), MOST),
            view.plasma if plasma is None else plasma,
        )

    def screen(self, now_s: float, plot: str = "") -> Screen:
        """All that is to be drawn at this reading of the clock; see `screen_of`."""
        return screen_of(self.state, self.view, now_s, self._memo, plot)
