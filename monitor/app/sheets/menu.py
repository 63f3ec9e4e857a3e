"""All that has a key, for the mouse as well: the menu in the strip at the top."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PyQt6.QtWidgets import QMenu, QWidget

from monitor.screen.keys import KEYS


def menu_of(parent: QWidget, acts: Mapping[str, Callable[[], object]]) -> QMenu:
    """Menu of the acts by their names in `screen.keys`, in that order."""
    menu = QMenu(parent)
    for name, key, words in KEYS:
        act = acts.get(name)
        if act is None:
            continue
        entry = menu.addAction(f"{words[0].upper()}{words[1:]}\t{key}")
        if entry is not None:
            entry.triggered.connect(lambda _=False, act=act: act())
    return menu
