"""The analysis beside the chain, in a process of its own that may be late, or die.

It follows the recorder as any monitor does, and gives pages: after every so many
metabolite transients, and at the end of the series, with the averaged spectra.  The
process is started before a scanner connects, since its imports take a second.
"""

from __future__ import annotations

import contextlib
import multiprocessing as mp
import signal
import time
from multiprocessing.connection import Connection

from monitor.chain.orders import Failed, Followed, Given, Order
from monitor.run.ctrl_c import without_ctrl_c
from streams.errors import InputError

STOP_S = 2.0


# -- in the process --------------------------------------------------------------------


def work(connection: Connection) -> None:
    """Body of the process: one order after the other, while there is a main program."""
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    for name in ("SIGINT", "SIGHUP"):  # the main program decides
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    _warm_up()
    try:
        with threadpool_limits(1):
            while (order := connection.recv()) is not None:
                _obey(order, connection)
    except (EOFError, OSError):
        return


def _warm_up() -> None:
    """What takes long at first: imports, fonts."""
    from monitor.chain.page import draw_words

    draw_words(["ready"], 256)


def _obey(order: Order, connection: Connection) -> None:
    from monitor.chain.followed_series import Following

    try:
        for given in Following(order).run():
            connection.send(given)
        connection.send(Followed())
    except InputError as error:
        connection.send(Failed(str(error)))
    except OSError:
        raise
    except Exception as error:  # the chain goes on without pages, and says why
        connection.send(Failed(f"The analysis stopped: {error!r}"))


# -- in the main program ---------------------------------------------------------------


class Follower:
    """The main program's handle on the process."""

    def __init__(self) -> None:
        context = mp.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=work, args=(theirs,), name="chain-follower", daemon=True
        )
        with without_ctrl_c():
            self._process.start()
        theirs.close()
        self.orders = 0

    def follow(self, order: Order) -> None:
        """Have a series followed."""
        self.orders += 1
        try:
            self._connection.send(order)
        except OSError:  # `given` says that it has gone
            return

    def given(self, timeout_s: float) -> Given | None:
        """What it gave next; None if nothing came in time."""
        try:
            if not self._connection.poll(timeout_s):
                return None
            given: Given = self._connection.recv()
        except (EOFError, OSError):
            time.sleep(min(timeout_s, 0.01))
            return Failed("The analysis has ended by itself.", gone=True)
        return given

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()
        self._process.join(STOP_S)

    def stop(self) -> None:
        """End the process; it owns nothing to lose."""
        with contextlib.suppress(OSError):
            self._connection.send(None)
        self._process.join(0.1)
        if self._process.is_alive():
            self._process.terminate()
            self._process.join(STOP_S)
        if self._process.is_alive():
            self.kill()
        self._connection.close()
