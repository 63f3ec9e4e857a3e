"""The state-space estimate, its smoother, response models and sequential test."""
