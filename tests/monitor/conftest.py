"""Makes the fakes importable, here and in a spawned worker."""

import sys
from pathlib import Path

FAKES = str(Path(__file__).parent / "fakes")
if FAKES not in sys.path:
    sys.path.insert(0, FAKES)
