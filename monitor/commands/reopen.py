"""What the window opens when the operator chooses another session in it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from monitor.protocol.choose import Wishes, settings_for
from monitor.protocol.read_protocol import read_protocol
from monitor.protocol.settings import Settings
from monitor.run.feed import file_messages, live_feed, replay_feed
from monitor.run.session_run import SessionRun
from monitor.run.worker_config import WorkerConfig
from monitor.screen.sheets.new_session import Opening
from streams.errors import InputError
from streams.messages.endpoint import Endpoint
from streams.messages.transient import Start


def keep_lock(wishes: Wishes) -> Wishes:
    """The wishes for one recording, as far as they hold for another.

    The protocol and its lock hold; a lock that was lifted was lifted for one recording.
    """
    changes = {k: v for k, v in wishes.changes.items() if k in ("window", "step")}
    return replace(wishes, changes=changes)


def configure_for_file(
    path: Path, wishes: Wishes | None = None, speed: float = 1.0
) -> tuple[WorkerConfig, Settings, str]:
    """Configuration of the worker for a recording that is dropped on the window.

    Raises
    ------
    InputError : no recording, or none that a bundled protocol fits
    """
    first = next(file_messages(path), None)
    if first is None or not isinstance(first.body, Start):
        raise InputError(f"{path.name} does not begin with a start message.")
    wishes = wishes or Wishes()
    settings = settings_for(first.body, wishes)
    config = WorkerConfig(
        partial(replay_feed, path, None, speed), partial(SessionRun, wishes)
    )
    return config, settings, f"mrs-monitor: replay {path.name}"


def configure_for_choice(
    opening: Opening, wishes: Wishes
) -> tuple[WorkerConfig, Settings, str]:
    """Configuration of the worker for what the operator has chosen in the window.

    A lock of the session before holds, whatever protocol is chosen for the next.

    Raises
    ------
    InputError : no such protocol, address or recording
    """
    lock = {"outcome_hidden": True} if opening.hidden else {}
    changes = {**wishes.changes, **lock}
    wishes = replace(wishes, protocol=opening.protocol, changes=changes)
    if not opening.live:
        return configure_for_file(Path(opening.place), wishes)
    Endpoint.parse(opening.place)
    settings = read_protocol(opening.protocol) if opening.protocol else Settings()
    config = WorkerConfig(
        partial(live_feed, opening.place, opening.key, opening.view),
        partial(SessionRun, wishes),
    )
    title = f"mrs-monitor: live {opening.place}"
    return config, settings.with_changes(**wishes.changes), title
