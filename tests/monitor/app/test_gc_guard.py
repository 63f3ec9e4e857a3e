"""What is loaded when the window opens is no work for Python's collector."""

import gc

from monitor.app.gc_guard import loaded_is_kept


def test_what_is_loaded_is_out_of_sight_as_long_as_the_window_is_open():
    with loaded_is_kept():
        assert gc.get_freeze_count() > 10_000
    assert gc.get_freeze_count() == 0
