"""A long sentence on a page of four small lines of messages."""

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
    assert panel.sentence.text() == SAID  # whole: it was cut until 1 December
    assert SAID in panel.toolTip()
