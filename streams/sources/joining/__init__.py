"""Files of one visit as one session."""
