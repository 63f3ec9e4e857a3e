"""Every key of the window and what it does: one list for window and help."""

from __future__ import annotations

KEYS: tuple[tuple[str, str, str], ...] = (
    ("infusion_start", "F5", "start of the infusion (again: asks)"),
    ("infusion_stop", "F6", "end of the infusion (again: asks)"),
    ("undo", "Ctrl+Z", "take back the last start or stop: asks"),
    ("block", "Ctrl+B", "macromolecules are measured from now on; again: ended"),
    ("note", "F8", "note: type, then Return"),
    ("help", "F1", "these keys"),
    ("checks", "F2", "go or no-go before the infusion"),
    ("look", "F3", "a window and the one before; again: the reference"),
    ("choices", "F4", "window, step, outcome, reference, what is left out"),
    ("strips", "F7", "the other three quality strips"),
    ("theme", "F9", "dark or light"),
    ("summary", "F10", "one-page summary with your notes"),
    ("full", "F11", "full screen"),
    ("messages", "F12", "all messages so far"),
    ("acknowledge", "Ctrl+K", "acknowledge the first message (or click it)"),
    ("wider", "Ctrl+Up", "trend: wider scale"),
    ("narrower", "Ctrl+Down", "trend: narrower scale"),
    ("unzoom", "Home", "whole run again (drag moves in time, wheel zooms)"),
    ("export", "Ctrl+E", "save a plot (PNG, SVG) or the table (CSV)"),
    ("plasma", "Ctrl+P", "trend: published plasma level; again: the next, none"),
    ("golden", "Ctrl+G", "golden session under all plots; again: none"),
    ("begin", "Ctrl+N", "begin: protocol, and stream or recording"),
    ("open", "Ctrl+O", "open a recording"),
    ("close", "Ctrl+Q", "close; the recording goes on"),
    ("play", "Space", "replay: play or pause"),
    ("back", "Left", "replay: one minute back"),
    ("on", "Right", "replay: one minute on"),
)
KEY = {name: key for name, key, _ in KEYS}
