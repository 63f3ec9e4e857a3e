"""The closer look stays true while the session goes on under it."""

from PyQt6.QtCore import Qt

from monitor.run.worker_messages import SendEvent


def drawn(look):
    curves = [plot._model.getData()[0] for plot in look.plots]
    return [0 if curve is None else len(curve) for curve in curves]


def test_a_course_that_is_done_again_leaves_no_empty_spectra(qtbot, open_whole):
    whole = open_whole(refuse=True, size=(1920, 1080))
    qtbot.keyClick(whole.window, Qt.Key.Key_F3)
    whole.answer()
    look = whole.window.operations.look
    assert min(drawn(look)) > 400
    whole.sent.append(SendEvent("reference", "0:300"))
    whole.answer()  # the course was done again: curves are asked for once more
    whole.answer()
    assert min(drawn(look)) > 400
    whole.answer()
    assert whole.sent == []


def test_a_window_of_another_length_takes_the_place_of_one_that_is_gone(
    qtbot, open_whole
):
    whole = open_whole(refuse=True, size=(1920, 1080))
    qtbot.keyClick(whole.window, Qt.Key.Key_F3)
    whole.answer()
    look = whole.window.operations.look
    assert "32 transients" in look.names[1].full_text
    whole.sent.append(SendEvent("settings", '{"window": 64, "step": 8}'))
    whole.answer()
    whole.answer()
    assert "64 transients" in look.names[1].full_text
    assert min(drawn(look)) > 400
