"""A session that was seen on a screen, for tests without Qt."""

from dataclasses import fields, is_dataclass

from fake_session import SETTINGS

from monitor.analysis.update import Update
from monitor.run.stream_state import Playback, Stream
from monitor.screen.display import Display

LIVE = Stream(connected=True, recording=True, disk_free_bytes=10**11)
REPLAY = Stream(connected=True, playback=Playback(True, 20.0, 60.0, 600.0))


def time_of(update: Update) -> float:
    if update.quality is not None:
        return update.quality.time_s
    return update.event.time_s if update.event else 0.0


def shown(updates: list[Update], until_s: float, settings=SETTINGS) -> Display:
    """Display of a live session up to a scanner time; its clock is scanner time."""
    display = Display(settings)
    display.hear(LIVE, 0.0)
    for update in updates:
        if time_of(update) > until_s or update.ended:
            break
        display.fold(update, time_of(update))
    return display


def texts(part: object) -> list[str]:
    """Every string anywhere in a screen."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, tuple | list):
        return [text for item in part for text in texts(item)]
    if is_dataclass(part):
        return [text for f in fields(part) for text in texts(getattr(part, f.name))]
    return []
