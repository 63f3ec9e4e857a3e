"""The window: PyQt6 and pyqtgraph draw a Screen; nothing is computed here."""
