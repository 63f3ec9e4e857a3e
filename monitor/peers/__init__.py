"""Other programs on the spectra of a session, beside our own numbers."""
