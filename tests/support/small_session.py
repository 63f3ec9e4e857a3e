"""A small session of one coil without background, and a pipeline for it."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.pipeline import Pipeline
from monitor.protocol.settings import Settings
from streams.messages.transient import Message, number
from streams.simulator.scanner import metabolite_fids, scan
from streams.simulator.scenario import Scenario
from streams.simulator.scenario_file import read_scenario

START_S = 120.0


def small_scenario() -> Scenario:
    """110 transients of nine metabolites; the infusion starts at `START_S`."""
    base = read_scenario("infusion")
    events = tuple(
        replace(e, time_s=START_S if e.kind == "infusion_start" else 900.0)
        for e in base.events
    )
    kept = ("Glu", "Gln", "NAA", "NAAG", "Cr", "PCr", "mI", "GPC", "GSH")
    return replace(
        base,
        acquisition=replace(base.acquisition, coils=1, points=512),
        coils=None,
        series=(replace(base.series[0], transients=110, noise_frames=0),),
        events=events,
        concentrations_mm={n: base.concentrations_mm[n] for n in kept},
    ).without("motion", "macromolecules", "baseline", "lipids")


@lru_cache(maxsize=1)
def small_session() -> tuple[BasisSet, tuple[Message, ...]]:
    """Its basis set and its messages."""
    made = small_scenario()
    fids = metabolite_fids(made)
    plan = made.acquisition
    basis = BasisSet(
        tuple(fids),
        np.stack(list(fids.values())),
        plan.dwell_time_s,
        plan.spectrometer_frequency_mhz,
        "1H",
        plan.echo_time_s,
        "PRESS",
    )
    return basis, tuple(number(scan(made, fids), "one"))


def small_pipeline(basis: BasisSet) -> Pipeline:
    """Windows of 16 transients, every 8."""
    return Pipeline(Settings(window=16, step=8, macromolecules="none"), basis)
