"""The one error for bad input: a clear sentence with the thing and the remedy."""


class InputError(Exception):
    """Something given from outside cannot be used.

    The message is one sentence for the operator: what is wrong, where, and what to do.
    The command line prints it and ends with exit code 2; it is never a traceback.
    """


class IncompleteError(InputError):
    """Something was done, but not all of it; the command line ends with exit code 1."""
