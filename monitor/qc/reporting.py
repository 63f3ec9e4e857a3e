"""The MRSinMRS table (Lin et al. 2021), filled in from stream, protocol and results.

What nobody has said is "missing", never guessed.  A site says what no stream can in the
table `[mrsinmrs]` of its protocol.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from monitor.analysis.mm_prior import NAME as MM_PRIOR
from monitor.analysis.pipeline import Pipeline
from monitor.analysis.quality import Quality
from monitor.levels import unmeasured
from monitor.qc.follow import Followed
from streams.transient import Acquisition

MISSING = ""
GAMMA_BAR_MHZ_PER_T = {"1H": 42.577478461}


@dataclass(frozen=True, slots=True)
class Field:
    """One row: its number in MRSinMRS, what it asks, what is known, and from where.

    `value` is empty where it is missing.
    """

    item: str
    title: str
    value: str
    origin: str


def mrsinmrs(
    followed: Followed, width_hz: float, snr: float, said: Mapping[str, str]
) -> tuple[Field, ...]:
    """Every field of the table, in its order.

    `said` is what the protocol says (`monitor.site_rules.reported`).
    """
    pipeline = followed.outcome.pipeline
    a = pipeline.acquisition
    if a is None:
        return ()
    return (
        _said("", "Site", said, "site"),
        *_hardware(a, said),
        *_acquisition(followed, a, said),
        *_analysis(followed),
        *_quality(followed, width_hz, snr),
    )


def _said(item: str, title: str, said: Mapping[str, str], key: str) -> Field:
    """A row that only the protocol can fill."""
    value = said.get(key, MISSING)
    return Field(
        item, title, value, "protocol" if value else f"to be filled in ({key})"
    )


def _found(item: str, title: str, value: str) -> Field:
    """A row that only the stream can fill."""
    return Field(item, title, value, "stream" if value else "not in the stream")


def _both(
    item: str, title: str, found: str, said: Mapping[str, str], key: str
) -> Field:
    """A row that the stream fills in part, the protocol the rest."""
    more = said.get(key, MISSING)
    origin = "stream, protocol" if found and more else "protocol" if more else "stream"
    if not more:
        origin += f" (to be filled in: {key})"
    return Field(item, title, ", ".join(filter(None, (found, more))), origin)


def _hardware(a: Acquisition, said: Mapping[str, str]) -> tuple[Field, ...]:
    gamma = GAMMA_BAR_MHZ_PER_T.get(a.nucleus)
    tesla = f"{a.spectrometer_frequency_mhz / gamma:.2f} T" if gamma else MISSING
    mhz = f" ({a.spectrometer_frequency_mhz:.3f} MHz, {a.nucleus})" if tesla else ""
    return (
        Field("1a", "Field strength", tesla + mhz, "stream"),
        _found("1b", "Manufacturer", a.vendor),
        _both("1c", "Model, software version", a.model, said, "software_version"),
        _both("1d", "RF coil", _channels(a), said, "coil"),
        _said("1e", "Additional hardware", said, "additional_hardware"),
    )


def _channels(a: Acquisition) -> str:
    """Receive channels; one in the file may have been several."""
    if a.coils > 1:
        return f"{a.coils} receive channels"
    return "1 channel in the file: one coil, or combined before it was written"


def _acquisition(
    followed: Followed, a: Acquisition, said: Mapping[str, str]
) -> tuple[Field, ...]:
    settings, plan = followed.outcome.pipeline.settings, followed.outcome.pipeline.plan
    voxel = " x ".join(f"{edge:g}" for edge in a.voxel_mm) + " mm" if a.voxel_mm else ""
    tr = f"TR {1e3 * a.repetition_time_s:g} ms, " if a.repetition_time_s else "TR ?, "
    tm = f", TM {1e3 * a.mixing_time_s:g} ms" if a.mixing_time_s else ""
    independent = sum(e.independent for e in followed.outcome.course)
    width = 1 / a.dwell_time_s
    expected = said.get("sequence") or settings.expect_sequence
    sequence = (a.sequence, "stream") if a.sequence else (
        (expected, "protocol") if expected else (MISSING, "to be filled in (sequence)")
    )  # fmt: skip
    aligned = "transients aligned and weighted after acquisition"
    moved = (said.get("triggering"), aligned if settings.align else "")
    return (
        Field("2a", "Pulse sequence", *sequence),
        _said("2b", "Location of the volume", said, "location"),
        _found("2c", "Nominal size of the volume", voxel),
        Field("2d", "TR, TE", f"{tr}TE {1e3 * a.echo_time_s:g} ms{tm}", "stream"),
        Field("2e", "Excitations in all",
              f"{len(followed.outcome.qualities)} transients in the file (how many "
              "excitations each holds, it does not say)", "stream"),
        Field("2e i", "Transients per time point", str(plan.length), "settings"),
        Field("2e ii", "Averaging",
              f"moving average every {plan.step} transients; block-wise where windows "
              "are marked independent", "settings"),
        Field("2e iii", "Spectra in all",
              f"{len(followed.outcome.course)} windows, {independent} independent",
              "results"),
        Field("2f", "Spectral width, points", f"{width:.1f} Hz, {a.points}", "stream"),
        _said("2g", "Water suppression", said, "water_suppression"),
        _said("2h", "Shim method, reference peak", said, "shim"),
        Field("2h", "Shim acceptance threshold",
              f"{settings.fwhm_limit_hz:g} Hz (tNAA)", "protocol"),
        Field("2i", "Triggering, motion correction", "; ".join(filter(None, moved)),
              "settings, protocol" if moved[0] else "settings"),
    )  # fmt: skip


def _analysis(followed: Followed) -> tuple[Field, ...]:
    pipeline = followed.outcome.pipeline
    settings = pipeline.settings
    coils = pipeline.acquisition.coils if pipeline.acquisition else 1
    steps = [
        word
        for word, done in (
            ("coil combination", settings.coil_combine and coils > 1),
            (
                "eddy current correction",
                settings.eddy_current and bool(pipeline.waters),
            ),
            ("alignment", settings.align),
            ("weights", settings.reject),
            ("water removal", settings.water_removal),
        )
        if done
    ]
    names = pipeline.course.names
    epochs = "; ".join(
        f"epoch {epoch}: baseline of {model.fit.baseline_dimension:.1f} dimensions"
        for epoch, model in pipeline.course.sessions.items()
    )
    return (
        Field("3a", "Software", "mrs-monitor (versions below)", "program"),
        Field("3b", "Processing", ", ".join(steps), "settings"),
        Field("3c", "Output measure", _measure(followed), "settings"),
        Field("3d", "Quantification reference",
              "ratios and changes; water reference " + _water(followed), "results"),
        Field("3d", "Fitting model",
              f"linear combination, {settings.ppm_low:g}-{settings.ppm_high:g} ppm, "
              f"basis {pipeline.basis.source} with {len(names)} entries: "
              f"{', '.join(names)}; {epochs}{_macromolecules(pipeline)}", "results"),
    )  # fmt: skip


def _macromolecules(pipeline: Pipeline) -> str:
    """What unmeasured ones leave in doubt, as the end of a sentence."""
    if pipeline.settings.outcome_hidden:
        return ""
    told = unmeasured(pipeline)
    return told and f"; macromolecules: {MM_PRIOR} (prior). {told}"


def _quality(followed: Followed, width_hz: float, snr: float) -> tuple[Field, ...]:
    converged = sum(e.converged for e in followed.outcome.course)
    return (
        Field("4a", "SNR, line width",
              f"SNR {snr:.1f} (tNAA, median of single transients), FWHM "
              f"{width_hz:.1f} Hz (fitted tNAA, widest independent window)", "results"),
        Field("4b", "Exclusion criteria", _exclusion(followed), "results"),
        Field("4c", "Quality of the fit",
              f"{converged} of {len(followed.outcome.course)} windows converged; "
              "SDs are Cramer-Rao bounds with measured misfit and scatter", "results"),
        Field("4d", "Spectrum", "figure in this report", "results"),
    )  # fmt: skip


def _measure(followed: Followed) -> str:
    """What comes out of the session."""
    settings = followed.outcome.pipeline.settings
    if settings.outcome_hidden:
        return "hidden by the protocol"
    if followed.outcome.pipeline.course.reference is None:
        return f"{settings.outcome}; no reference period, so that no change is given"
    return f"{settings.outcome}, change from the reference period in %"


def _water(followed: Followed) -> str:
    """Whether a water reference was used, or left out as none."""
    if followed.outcome.pipeline.course.water:
        return "used"
    left_out = followed.outcome.analysis.waters_left_out
    return "left out, since it is none (see Noticed)" if left_out else "none"


def _exclusion(followed: Followed) -> str:
    """How many transients count less or nothing, and why."""
    qualities: list[Quality] = followed.outcome.qualities
    if not followed.outcome.pipeline.settings.reject:
        return "none: every transient has full weight (reject is off)"
    reasons = Counter(flag for q in qualities for flag in q.flags)
    listed = ", ".join(f"{flag} {n}" for flag, n in reasons.most_common())
    none, low = (sum(q.weight == 0 for q in qualities),
                 sum(0 < q.weight < 0.5 for q in qualities))  # fmt: skip
    return (
        f"every transient is weighted 0 to 1 by its distance from its neighbours; of "
        f"{len(qualities)} {none} are excluded (weight 0), {low} more weigh under 0.5; "
        f"flags (a transient may have several): {listed or 'none'}"
    )
