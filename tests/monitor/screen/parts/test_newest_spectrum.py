"""Of which window the spectrum of the page is."""

from dataclasses import replace

from screen_cases import shown


def test_the_rest_of_a_window_at_the_end_does_not_take_its_place(updates):
    display = shown(updates, 700.0)
    before = display.screen(700.5).spectrum
    newest = next(u for u in reversed(updates) if u.curves is not None)
    for n, caption in ((1, "64 s"), (20, "40 s")):
        span_s = {"time_start_s": 702.0, "time_end_s": 700.0 + 2 * n}
        rest = replace(newest.estimate, n_transients=n, **span_s)
        display.fold(replace(newest, estimate=rest), 704.0)
        spectrum = display.screen(704.5).spectrum
        assert spectrum.caption.startswith(caption)
        assert (spectrum is before) == (n == 1)
