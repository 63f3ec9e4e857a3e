"""A long sentence where the page is too small for two lines of it."""

from itertools import pairwise

from monitor.screen.screen import Level, Message

SAID = "The series that began at 2908 s is an epoch of its own: the coils see it so."


def test_nothing_lies_over_a_long_sentence_on_the_smallest_page(open_bench, reports):
    bench = open_bench(size=(960, 540))
    bench.show(reports[:200])
    panel = bench.page.messages
    panel.draw((Message("note", Level.NOTE, SAID, "", 3.0),))
    panel.layout().activate()
    lines = (panel.first, panel.sentence, panel.second, *panel.others)
    seen = [line.geometry() for line in lines if line.isVisible()]
    assert seen
    assert all(panel.rect().contains(one) for one in seen)
    assert all(a.bottom() < b.top() for a, b in pairwise(seen))
    assert panel.first.full_text.startswith("The series that began")
    assert SAID in panel.toolTip()
