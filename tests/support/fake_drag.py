"""A small window out of which files can be dragged: python fake_drag.py FILE..."""

import sys

from PyQt6.QtCore import QMimeData, Qt, QUrl
from PyQt6.QtGui import QDrag
from PyQt6.QtWidgets import QApplication, QWidget


class Held(QWidget):
    def mouseMoveEvent(self, event):
        held = QMimeData()
        held.setUrls([QUrl.fromLocalFile(path) for path in sys.argv[1:]])
        drag = QDrag(self)
        drag.setMimeData(held)
        drag.exec(Qt.DropAction.CopyAction)


app = QApplication([])
window = Held()
window.setWindowTitle("files to drag")
window.setGeometry(0, 0, 80, 60)
window.setWindowFlag(Qt.WindowType.X11BypassWindowManagerHint)
window.show()
app.exec()
