"""The same work on a dask cluster (extra `cluster`).

Results are written by the workers, so that the folder of results must be one that all
of them see.  A worker that goes away loses nothing: its sessions are done by another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from monitor.study.batch import (
    CRASHED,
    Job,
    Tell,
    failed_row,
    judge_job,
    largest_first,
)
from streams.errors import InputError

CONNECT_S = 15
RETRIES = 2  # of a session whose worker went away


def run_on_cluster(jobs: Sequence[Job], address: str, tell: Tell) -> None:
    """Judge sessions on a cluster; `tell` gets each row as it is done.

    Raises
    ------
    InputError : the extra is not installed, or no scheduler answers
    """
    try:
        from distributed import Client, KilledWorker, as_completed
    except ImportError:
        raise InputError(
            '--scheduler needs the extra "cluster": pip install "mrs-monitor[cluster]".'
        ) from None
    try:
        client: Any = _client(Client, address)
    except (OSError, TimeoutError, ValueError):
        raise InputError(
            f"No dask scheduler answers at {address}: start one with `dask scheduler`."
        ) from None
    with client:
        futures = {
            client.submit(judge_job, job, pure=False, retries=RETRIES): job
            for job in largest_first(jobs)
        }
        done: Callable[..., Any] = as_completed
        for future in done(list(futures), loop=client.loop):
            try:
                tell(future.result())
            except KilledWorker:
                tell(failed_row(futures[future], CRASHED))


def _client(make: Callable[..., Any], address: str) -> Any:
    return make(address, timeout=CONNECT_S, set_as_default=False)
