"""The fit: one spectrum from nothing, and windows in the subspace of their epoch."""
