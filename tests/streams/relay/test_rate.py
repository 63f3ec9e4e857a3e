from streams.relay.rate import Rate


def test_so_many_at_once_then_so_many_a_second():
    now = [0.0]
    rate = Rate(2.0, 3, lambda: now[0])
    assert [rate.allows() for _ in range(5)] == [True, True, True, False, False]
    now[0] = 0.5
    assert [rate.allows() for _ in range(2)] == [True, False]
    now[0] = 1000.0
    assert [rate.allows() for _ in range(4)] == [True, True, True, False]
