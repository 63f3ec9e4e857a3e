"""Many sessions: batches, participants, groups and trials."""
