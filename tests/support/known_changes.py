"""A known change as it was put into copies of a session and read back."""

from monitor.run.known_change import RISE, STEP, Halves, Injection, Intervals, Recovery

FOUND = Injection(
    outcome="Glx/tNAA",
    halves=Halves(12.0, 312.0, 612.0, 300),
    recoveries=(
        Recovery(STEP, 3.1, 2.94, 3.1, 3.02),
        Recovery(RISE, 3.1, 2.0, 1.5, 1.46),
    ),
    windows=Intervals(2.04, ()),
    tracker=Intervals(1.43, ()),
    level_sd=5.1,
)
