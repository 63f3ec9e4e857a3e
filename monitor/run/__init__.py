"""One session worked through: messages in, results out, and its worker process."""
