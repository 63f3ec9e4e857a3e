"""The relay: source to journal to subscribers, and events into the journal."""
