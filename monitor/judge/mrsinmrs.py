"""The MRSinMRS table (Lin et al. 2021), filled in from stream, protocol and results.

What is not known is "missing", never guessed.  A site gives what no stream can in the
table `[mrsinmrs]` of its protocol.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.analysis.preparation.quality import COUNTING_WEIGHT, Quality
from monitor.judge.followed_session import Followed
from monitor.run.levels import doubt_of_level
from monitor.run.result import Result
from streams.messages.transient import Acquisition

MISSING = ""
GAMMA_BAR_MHZ_PER_T = {"1H": 42.577478461}


@dataclass(frozen=True, slots=True)
class Field:
    """One row: its number in MRSinMRS, what it asks for, the answer, and its origin.

    `value` is empty where it is missing.
    """

    item: str
    title: str
    value: str
    origin: str


def mrsinmrs(
    followed: Followed, width_hz: float, snr: float, texts: Mapping[str, str]
) -> tuple[Field, ...]:
    """Every field of the table, in its order.

    `said` is what the protocol says (`monitor.protocol.site_rules.mrsinmrs_texts`).
    """
    a = followed.result.acquisition
    if a is None:
        return ()
    return (
        _protocol_row("", "Site", texts, "site"),
        *_hardware(a, texts),
        *_acquisition(followed, a, texts),
        *_analysis(followed),
        *_quality(followed, width_hz, snr),
    )


def _protocol_row(item: str, title: str, texts: Mapping[str, str], key: str) -> Field:
    """A row that only the protocol can fill."""
    value = texts.get(key, MISSING)
    return Field(
        item, title, value, "protocol" if value else f"to be filled in ({key})"
    )


def _stream_row(item: str, title: str, value: str) -> Field:
    """A row that only the stream can fill."""
    return Field(item, title, value, "stream" if value else "not in the stream")


def _both(
    item: str, title: str, value: str, texts: Mapping[str, str], key: str
) -> Field:
    """A row that the stream fills in part, the protocol the rest."""
    more = texts.get(key, MISSING)
    origin = "stream, protocol" if value and more else "protocol" if more else "stream"
    if not more:
        origin += f" (to be filled in: {key})"
    return Field(item, title, ", ".join(filter(None, (value, more))), origin)


def _hardware(a: Acquisition, texts: Mapping[str, str]) -> tuple[Field, ...]:
    gamma = GAMMA_BAR_MHZ_PER_T.get(a.nucleus)
    tesla = f"{a.spectrometer_frequency_mhz / gamma:.2f} T" if gamma else MISSING
    mhz = f" ({a.spectrometer_frequency_mhz:.3f} MHz, {a.nucleus})" if tesla else ""
    return (
        Field("1a", "Field strength", tesla + mhz, "stream"),
        _stream_row("1b", "Manufacturer", a.vendor),
        _both("1c", "Model, software version", a.model, texts, "software_version"),
        _both("1d", "RF coil", _channels(a), texts, "coil"),
        _protocol_row("1e", "Additional hardware", texts, "additional_hardware"),
    )


def _channels(a: Acquisition) -> str:
    """Receive channels; one in the file may have been several."""
    if a.coils > 1:
        return f"{a.coils} receive channels"
    return "1 channel in the file: one coil, or combined before it was written"


def _acquisition(
    followed: Followed, a: Acquisition, texts: Mapping[str, str]
) -> tuple[Field, ...]:
    settings, plan = followed.result.settings, followed.result.plan
    voxel = " x ".join(f"{edge:g}" for edge in a.voxel_mm) + " mm" if a.voxel_mm else ""
    tr = f"TR {1e3 * a.repetition_time_s:g} ms, " if a.repetition_time_s else "TR ?, "
    tm = f", TM {1e3 * a.mixing_time_s:g} ms" if a.mixing_time_s else ""
    independent = sum(e.independent for e in followed.result.estimates)
    width = 1 / a.dwell_time_s
    aligned = "transients aligned and weighted after acquisition"
    moved = (texts.get("triggering"), aligned if settings.align else "")
    return (
        _sequence_row(a, texts.get("sequence") or settings.expect_sequence),
        _protocol_row("2b", "Location of the volume", texts, "location"),
        _stream_row("2c", "Nominal size of the volume", voxel),
        Field("2d", "TR, TE", f"{tr}TE {1e3 * a.echo_time_s:g} ms{tm}", "stream"),
        Field(
            "2e",
            "Excitations in all",
            f"{len(followed.result.qualities)} transients in the file (how many "
            "excitations each holds, it does not say)",
            "stream",
        ),
        Field("2e i", "Transients per time point", str(plan.length), "settings"),
        Field(
            "2e ii",
            "Averaging",
            f"moving average every {plan.step} transients; block-wise where windows "
            "are marked independent",
            "settings",
        ),
        Field(
            "2e iii",
            "Spectra in all",
            f"{len(followed.result.estimates)} windows, {independent} independent",
            "results",
        ),
        Field("2f", "Spectral width, points", f"{width:.1f} Hz, {a.points}", "stream"),
        _protocol_row("2g", "Water suppression", texts, "water_suppression"),
        _protocol_row("2h", "Shim method, reference peak", texts, "shim"),
        Field(
            "2h",
            "Shim acceptance threshold",
            f"{settings.fwhm_limit_hz:g} Hz (tNAA)",
            "protocol",
        ),
        Field(
            "2i",
            "Triggering, motion correction",
            "; ".join(filter(None, moved)),
            "settings, protocol" if moved[0] else "settings",
        ),
    )


def _sequence_row(a: Acquisition, expected: str | None) -> Field:
    """The sequence of the stream, or else the protocol's."""
    title = "Pulse sequence"
    if a.sequence:
        return Field("2a", title, a.sequence, "stream")
    if expected:
        return Field("2a", title, expected, "protocol")
    return Field("2a", title, MISSING, "to be filled in (sequence)")


def _analysis(followed: Followed) -> tuple[Field, ...]:
    result, settings = followed.result, followed.result.settings
    coils = result.acquisition.coils if result.acquisition else 1
    steps = [
        word
        for word, done in (
            ("coil combination", settings.coil_combine and coils > 1),
            (
                "eddy current correction",
                result.eddy_corrected,
            ),
            ("alignment", settings.align),
            ("weights", settings.reject),
            ("water removal", settings.water_removal),
        )
        if done
    ]
    names = result.course.names
    epochs = "; ".join(
        f"epoch {epoch}: baseline of {model.fit.baseline_dimension:.1f} dimensions"
        for epoch, model in result.epoch_models.items()
    )
    return (
        Field("3a", "Software", "mrs-monitor (versions below)", "program"),
        Field("3b", "Processing", ", ".join(steps), "settings"),
        Field("3c", "Output measure", _measure(followed), "settings"),
        Field(
            "3d",
            "Quantification reference",
            "ratios and changes; water reference " + _water(followed),
            "results",
        ),
        Field(
            "3d",
            "Fitting model",
            f"linear combination, {settings.ppm_low:g}-{settings.ppm_high:g} ppm, "
            f"basis {result.basis_source} with {len(names)} entries: "
            f"{', '.join(names)}; {epochs}{_macromolecules(result)}",
            "results",
        ),
    )


def _macromolecules(result: Result) -> str:
    """What macromolecules leave in doubt, as the end of a sentence."""
    doubt = "" if result.hidden else doubt_of_level(result)
    if not any(made.doubt.any() for made in result.epoch_models.values()):
        return doubt and f". {doubt}"
    kind = "" if result.measured_mm_used else " (prior)"
    return doubt and f"; macromolecules: {result.mm_source}{kind}. {doubt}"


def _quality(followed: Followed, width_hz: float, snr: float) -> tuple[Field, ...]:
    converged = sum(e.converged for e in followed.result.estimates)
    return (
        Field(
            "4a",
            "SNR, line width",
            f"SNR {snr:.1f} (tNAA, median of single transients), FWHM "
            f"{width_hz:.1f} Hz (fitted tNAA, widest independent window)",
            "results",
        ),
        Field("4b", "Exclusion criteria", _exclusion(followed), "results"),
        Field(
            "4c",
            "Quality of the fit",
            f"{converged} of {len(followed.result.estimates)} windows converged; "
            "SDs are Cramer-Rao bounds with measured misfit and scatter, those of "
            "levels with what the fit leaves over",
            "results",
        ),
        Field("4d", "Spectrum", "figure in this report", "results"),
    )


def _measure(followed: Followed) -> str:
    """What comes out of the session."""
    settings = followed.result.settings
    if settings.outcome_hidden:
        return "hidden by the protocol"
    if followed.result.course.reference is None:
        return f"{settings.outcome}; no reference period, so that no change is given"
    return f"{settings.outcome}, change from the reference period in %"


def _water(followed: Followed) -> str:
    """Whether a water reference was used, or left out as not being one."""
    if followed.result.course.water:
        return "used"
    left_out = followed.result.false_waters
    return "left out, since it is none (see Noticed)" if left_out else "none"


def _exclusion(followed: Followed) -> str:
    """How many transients count less or nothing, and why."""
    qualities: Sequence[Quality] = followed.result.qualities
    if not followed.result.settings.reject:
        return "none: every transient has full weight (reject is off)"
    reasons = Counter(flag for q in qualities for flag in q.flags)
    listed = ", ".join(f"{flag} {n}" for flag, n in reasons.most_common())
    none, low = (
        sum(q.weight == 0 for q in qualities),
        sum(q.down_weighted for q in qualities),
    )
    return (
        f"every transient is weighted 0 to 1 by its distance from its neighbours; of "
        f"{len(qualities)} {none} are excluded (weight 0), {low} more weigh under "
        f"{COUNTING_WEIGHT:g}; "
        f"flags (a transient may have several): {listed or 'none'}"
    )
