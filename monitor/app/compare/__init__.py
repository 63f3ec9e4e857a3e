"""Two sessions side by side in one window."""
