"""Without a display: progress in the terminal, screen and report into files."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from monitor.analysis.update import Update
from monitor.commands.printing import plain, say_on
from monitor.protocol.blinding import lock_recorded
from monitor.protocol.choose import Wishes
from monitor.protocol.settings import Settings
from monitor.report.folder import results_folder
from monitor.report.result_tables import write_tables
from monitor.report.wording import limits_missed
from monitor.run.analyse import with_notes
from monitor.run.feed import Feed
from monitor.run.remarks import (
    change_at_the_end,
    for_terminal,
    remarks,
    why_nothing_fitted,
)
from monitor.run.result import Result
from monitor.run.session_run import SessionRun
from monitor.run.stream_state import Stream
from monitor.screen.display import Display
from streams.errors import InputError
from streams.export.shared_fields import event_to_leave, source_words
from streams.messages.transient import End, Heartbeat, Kind, Message, Start, Transient

SAY_EVERY_S = 10.0  # where there is no terminal to draw progress in


class Headless:
    """A session that is followed in the terminal and written into a folder."""

    def __init__(self, feed: Feed, wishes: Wishes, out: Path, console: Console) -> None:
        self._feed, self._out, self._console = feed, out, console
        self._display = Display(Settings())
        self._run = SessionRun(wishes)
        self._problem, self._said = "", (0, time.monotonic())

    def run(
        self,
        title: str,
        planned: int | None = None,
        source: str = "",
        about: Mapping[str, Any] | None = None,
    ) -> None:
        """Follow the feed to its end, or to Ctrl-C, then write everything.

        `source` and `about` are what the results say of it
        (`monitor.report.result_tables`), `title` is what the terminal does.
        """
        with results_folder(self._out):
            self._follow(title, planned)
            if self._check_something_came():
                self.write(source or title, about)

    def _check_something_came(self) -> bool:
        """Whether there is something to write; a file without it is bad input.

        Raises
        ------
        InputError : a file has been played to its end without a transient
        """
        if self._run.transients:
            return True
        sentence = "No transient has come: nothing is written."
        if self._feed.finished:
            raise InputError(sentence)
        self._line(sentence)
        return False

    def _follow(self, title: str, planned: int | None) -> None:
        """Follow the feed to its end, or to Ctrl-C, with progress in the terminal."""
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[said]}", markup=False),
        )
        bare = not self._console.is_terminal
        with Progress(*columns, console=self._console, disable=bare) as progress:
            task = progress.add_task(plain(title), total=planned, said="")
            try:
                with threadpool_limits(1):
                    for count in self._count_transients():
                        line = f"{self._now()}{self._missing()}"
                        progress.update(task, completed=count, said=line)
                        if bare:
                            self._say(count)
            except KeyboardInterrupt:
                self._line("stopped by Ctrl-C")

    def _say(self, count: int) -> None:
        """Print a line now and then, while transients come."""
        before, said_s = self._said
        if count > before and time.monotonic() - said_s >= SAY_EVERY_S:
            self._said = count, time.monotonic()
            self._line(f"{count} transients{self._missing()}, {self._now()}")

    def _hear(self) -> None:
        """Read the state of the stream; print what is wrong where that is news."""
        stream = self._feed.stream(0)
        self._display.hear(stream, time.monotonic())
        if stream.said != self._problem:
            sentence = stream.said or "The stream is well again."
            if not _same(sentence, self._problem):
                self._line(sentence)
            self._problem = stream.said

    def _line(self, sentence: str) -> None:
        say_on(self._console, sentence)

    def _count_transients(self) -> Iterator[int]:
        """Work through messages; the number of metabolite transients so far."""
        count, finished = 0, False
        while not finished:
            messages = self._feed.poll(0.2)
            for message in messages:
                if isinstance(message.body, Heartbeat):
                    continue
                self._push(message)
                body = message.body
                count += isinstance(body, Transient) and body.kind == Kind.METABOLITE
                finished = isinstance(body, End)
            if not messages:
                self._hear()
                finished = self._feed.finished
            yield count

    def _push(self, message: Message) -> None:
        update = self._run.push(message)
        if update.settings is not None and isinstance(message.body, Start):
            self._display = Display(update.settings)
            if refused := lock_recorded(self._feed.recorder, update.settings):
                self._line(f"The recording does not say that it is blinded: {refused}")
        self._display.fold(_nameless(update), time.monotonic())

    def _now(self) -> str:
        """The headline at the moment, or the state of the stream."""
        shown = self._display.screen(time.monotonic()).headline
        number = f"{shown.title} {shown.number} {shown.interval}".strip()
        return f"{number}: {shown.verdict}" if shown.interval else number

    def _missing(self) -> str:
        """How many transients never came, where some did not."""
        missing = self._run.counts.counter.missing
        return f" ({missing} missing)" if missing else ""

    def write(self, source: str, about: Mapping[str, Any] | None) -> None:
        """Screen and tables into the folder."""
        self._line(f"writing to {self._out} ...")
        update, result = self._run.finish("followed no further")
        if update is not None:
            self._display.fold(update, time.monotonic())
        result = with_notes(result, (*remarks(result), *limits_missed(result)))
        write_tables(result, self._out, source, about=about)
        render_screen(self._display, self._out / "screen.png")
        for note in for_terminal(result.notes):
            self._line(note.text)
        self._line(
            f"{self._out}: estimates.csv, transients.csv, tracker.csv, session.json, "
            "screen.png"
        )
        self._line(_at_the_end(result))


def _at_the_end(result: Result) -> str:
    return change_at_the_end(result) or _no_change(result)


def _no_change(result: Result) -> str:
    why = why_nothing_fitted(result)
    if why:
        return f"Nothing could be fitted: {why}."
    return f"No change of {result.settings.outcome} can be given at the end."


def _nameless(update: Update) -> Update:
    """An update for a page that is written: without what was typed."""
    event = None if update.event is None else event_to_leave(update.event)
    again = tuple(_nameless(one) for one in update.again)
    source = source_words(update.source)
    return replace(update, event=event, source=source, again=again)


def _same(sentence: str, before: str) -> bool:
    """Whether two sentences differ in their numbers only ("for 3 s", "for 4 s")."""
    return re.sub(r"\d+", "", sentence) == re.sub(r"\d+", "", before)


def render_screen(display: Display, path: Path) -> None:
    """Draw the page into a PNG.

    Raises
    ------
    InputError : Qt's system libraries are missing
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.*=false;default.warning=false")
    try:
        from monitor.app.page.render import render
    except ImportError as error:
        raise InputError(
            f"The screen cannot be drawn: Qt misses a system library ({error}); on "
            "Debian and Ubuntu: apt-get install libegl1 libgl1 libxkbcommon0 "
            "libdbus-1-3 libfontconfig1."
        ) from None
    display.hear(Stream(connected=True), time.monotonic())
    render(display.screen(time.monotonic()), path)
