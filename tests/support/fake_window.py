"""A window on a fake session in a process of its own; says in a file what it shows.

python fake_window.py live|long|replay|empty STATE.json EVENTS.txt
"""

import json
import os
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fake_session import SETTINGS, FakeFeed, FakePipeline, FakePlayer

from monitor.commands.reopen import configure_for_choice
from monitor.protocol.choose import Wishes
from monitor.run.worker_config import WorkerConfig

SPEED = 200.0


class NotedFeed(FakeFeed):
    """A live stream whose events are noted in a file."""

    place = ""

    def send_event(self, kind, text="", author=""):
        self.note(kind, text)
        return super().send_event(kind, text, author)

    def record_event(self, request, timeout_s):
        if request.time_s is not None:  # else it is sent as above
            self.note(request.kind, request.text)
        return super().record_event(request, timeout_s)

    def note(self, kind, text):
        with open(self.place, "a", encoding="utf-8") as file:
            file.write(f"{kind} {text}".strip() + "\n")


@dataclass(frozen=True)
class Opens:
    """Opens the feed where the worker runs."""

    kind: str
    place: str

    def __call__(self):
        if self.kind == "replay":
            return FakePlayer(SPEED, 20.0)
        feed = NotedFeed(SPEED, 400.0 if self.kind == "long" else 20.0)
        feed.place = self.place
        return feed


def centre(widget):
    middle = widget.mapToGlobal(widget.rect().center())
    return [middle.x(), middle.y()]


def shown(window):
    page, operations = window.page, window.operations
    sheets = (
        "keys", "checks", "log", "choices", "look", "export", "summary", "begin",
        "marks",
    )  # fmt: skip
    display = window.session.display
    state, view = display.state, display.view
    playback = state.stream.playback
    return {
        "active": window.isActiveWindow(),
        "transients": state.quality.rows,
        "estimates": len(state.estimates),
        "settings": [state.settings.window, state.settings.outcome],
        "strips": page.quality.plots[0].axis("left")._tickLevels[0][0][1],
        "wider": view.wider,
        "dark": window.page.palette_in_use.ground == "#1E2124",
        "sheets": [n for n in sheets if getattr(operations, n).isVisible()],
        "look": operations.look.names[1].full_text,
        "note": page.buttons.line.isVisible(),
        "zoomed": page.trend.plot.zoomed,
        "legend": page.trend.legend.full_text,
        "stream": page.status.stream.full_text,
        "lag": state.stream.lag,
        "position": playback.position_s if playback else 0.0,
        "start": centre(page.buttons.buttons["infusion_start"]),
        "play": centre(page.replay.play),
        "trend": centre(page.trend.plot),
        "folder": str(operations.folder),
        "title": window.windowTitle(),
        "source": state.source,
        "said": page.messages.first.full_text + page.messages.sentence.text(),
        "asks": asks(),
    }


def asks():
    """Where the buttons of a question are; the title of another dialog."""
    from PyQt6.QtWidgets import QApplication, QMessageBox

    dialog = QApplication.activeModalWidget()
    if isinstance(dialog, QMessageBox):
        return {b.text().replace("&", ""): centre(b) for b in dialog.buttons()}
    return "" if dialog is None else dialog.windowTitle()


def main():
    from PyQt6.QtCore import QTimer

    from monitor.app import run as module

    kind, state, events = sys.argv[1:]

    class Told(module.Window):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            self.says = QTimer(self)
            self.says.timeout.connect(self.say)
            self.says.start(50)

        def say(self):
            beside = state + ".new"
            Path(beside).write_text(json.dumps(shown(self)))
            os.replace(beside, state)

    from monitor.app.page.render import application

    application()
    module.Window = Told
    sys.exit(
        module.run_window(
            None
            if kind == "empty"
            else WorkerConfig(Opens(kind, events), FakePipeline),
            SETTINGS,
            "fake session",
            partial(configure_for_choice, wishes=Wishes()),
        )
    )


if __name__ == "__main__":
    main()
