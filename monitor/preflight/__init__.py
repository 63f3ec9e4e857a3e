"""Before the subject lies down: this machine, and what the scanner sends."""
