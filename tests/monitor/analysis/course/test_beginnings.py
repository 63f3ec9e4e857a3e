"""When the beginning of an epoch is judged: seldom, and of each epoch by itself."""

from types import SimpleNamespace

from monitor.analysis.course.beginnings import EARLIEST, FIRST, Beginnings


class Judge:
    """Counts how often it is asked."""

    asked = 0

    def good_from(self, epoch, begun_at, least):
        self.asked += 1


def test_it_is_judged_again_only_after_some_more_transients():
    one, judge = Beginnings(), Judge()

    def asked(count: int, epoch: int = 0) -> int:
        course = SimpleNamespace(transients_of=lambda _: range(count))
        one.good_from(course, judge, epoch, 0)
        return judge.asked

    assert asked(EARLIEST - 1) == 0
    assert asked(EARLIEST) == 1
    assert asked(EARLIEST + FIRST - 1) == 1
    assert asked(4 * EARLIEST + FIRST) == 2
    assert asked(4 * EARLIEST + FIRST + 1) == 2
    assert asked(EARLIEST, epoch=1) == 3
