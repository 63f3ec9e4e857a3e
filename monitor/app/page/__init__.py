"""The page: its panels in their places, when it is drawn, and drawn into a file."""
