"""Which stretches of a session are unlike the rest of it."""
