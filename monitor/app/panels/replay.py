"""Controls of a replay: play or pause, speed, and where in the session it is."""

from __future__ import annotations

import math
from dataclasses import replace

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QFontMetricsF, QMouseEvent
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QWidget,
)

from monitor.app.widgets.calm_wheel import CalmWheel
from monitor.app.widgets.choice import Choice
from monitor.app.widgets.text import Text
from monitor.app.widgets.theme import Theme
from monitor.run.stream_state import Playback
from monitor.screen.number_words import clock
from monitor.screen.parts.status import speed_words

SPEEDS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, math.inf)
STEP_S = 60.0
SMALL_STEP_S = 10


class SeekSlider(QSlider):
    """A slider that goes where it is clicked."""

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Go to the place of the click."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            option = QStyleOptionSlider()
            self.initStyleOption(option)
            self.setValue(
                QStyle.sliderValueFromPosition(
                    self.minimum(),
                    self.maximum(),
                    round(event.position().x()),
                    self.width(),
                )
            )
        super().mousePressEvent(event)


class ReplayPanel(QWidget):
    """Emits `played`, `sped` and `sought`; follows the state of the replay."""

    played = pyqtSignal(bool)
    sped = pyqtSignal(float)
    sought = pyqtSignal(float)

    def __init__(self) -> None:
        super().__init__()
        self._row = QHBoxLayout(self)
        self._shown: Playback | None = None
        self._theme: Theme | None = None
        self.play = QPushButton("Pause")
        self.play.setToolTip("Space")
        self.play.clicked.connect(self.toggle)
        self.speed = Choice()
        for speed in SPEEDS:
            self.speed.addItem(speed_words(speed, True), speed)
        self.speed.activated.connect(self._chosen)
        self.slider = SeekSlider(Qt.Orientation.Horizontal)
        self.slider.setSingleStep(SMALL_STEP_S)
        self.slider.setPageStep(round(STEP_S))
        self.slider.sliderReleased.connect(self._released)
        self.slider.actionTriggered.connect(self._moved)
        CalmWheel(self.slider)
        self.at = Text(22, 17)
        fixed = QSizePolicy.Policy.Fixed
        self.at.setSizePolicy(fixed, QSizePolicy.Policy.Preferred)
        self.at.setAlignment(
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        )
        for widget, share in (
            (self.play, 0),
            (self.speed, 0),
            (self.slider, 5),
            (self.at, 0),
        ):
            self._row.addWidget(widget, share)
        for widget in (self.play, self.speed, self.slider):
            widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def dress(self, theme: Theme) -> None:
        """Take the sizes of a theme."""
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.px(10))
        for widget in (self.play, self.speed):
            widget.setFont(theme.font(22))
            widget.setMinimumHeight(theme.px(56))
        self.play.setFixedWidth(theme.text_px(22) * 5)
        self.speed.setFixedWidth(theme.text_px(22) * 6)
        self.slider.setMinimumHeight(theme.px(40))
        self._theme = theme
        self.at.dress(theme)
        if self._shown is not None:
            self._make_room(clock(self._shown.length_s))

    def draw(self, playback: Playback) -> None:
        """Follow a replay; the slider stays in the hand while it is held."""
        if playback == self._shown:
            return
        self._shown = playback
        self._make_room(clock(playback.length_s))
        self.play.setText("Pause" if playback.playing else "Play")
        self._show_speed(playback.speed)
        self.slider.setRange(0, max(1, round(playback.length_s)))
        if not self.slider.isSliderDown():
            self.slider.setValue(round(playback.position_s))
        self.at.show_text(f"{clock(playback.position_s)} / {clock(playback.length_s)}")

    def _make_room(self, whole: str) -> None:
        """As wide as the time of the end twice, so that nothing moves meanwhile."""
        if self._theme is not None:
            font = QFontMetricsF(self._theme.font(22))
            widest = font.horizontalAdvance(f"{whole} / {whole}")
            self.at.setFixedWidth(round(widest) + self._theme.px(12))
            self._row.activate()

    def _show_speed(self, speed: float) -> None:
        if self.speed.findData(speed) < 0:
            offered = [self.speed.itemData(i) for i in range(self.speed.count())]
            place = sum(float(other) < speed for other in offered)
            self.speed.insertItem(place, speed_words(speed, True), speed)
        self.speed.setCurrentIndex(self.speed.findData(speed))

    def toggle(self) -> None:
        """Play or pause."""
        shown = self._shown
        if shown is None:
            return
        if not shown.playing and shown.position_s >= shown.length_s > 0:
            self.sought.emit(0.0)  # from the end: once more from the beginning
        self.played.emit(not shown.playing)

    def step(self, seconds: float) -> None:
        """Go so far forwards or backwards."""
        if self._shown is not None:
            there = min(
                max(self._shown.position_s + seconds, 0.0), self._shown.length_s
            )
            self._shown = replace(self._shown, position_s=there)  # steps add up
            self.sought.emit(there)

    def _chosen(self, index: int) -> None:
        self.sped.emit(float(self.speed.itemData(index)))

    def _moved(self, action: int) -> None:
        """By a key, or the wheel: at once."""
        if not self.slider.isSliderDown():
            self.sought.emit(float(self.slider.sliderPosition()))

    def _released(self) -> None:
        self.sought.emit(float(self.slider.value()))
