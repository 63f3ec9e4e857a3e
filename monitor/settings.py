"""Settings: one frozen dataclass, from a protocol file (TOML), validated once.

A protocol file is one of the presets in `monitor/protocols/*.toml` or a site's own.
Everything an operator may change during a run is here, so that an operator's change is
one event in the recording: `Settings.changed(**fields)`.
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, fields, replace
from importlib.resources import files
from pathlib import Path
from typing import Any

from monitor.settings_checks import problem
from streams.errors import InputError

SOURCE_TABLES = ("mrd", "folder", "mrsinmrs")  # see `monitor.site_rules`


@dataclass(frozen=True, slots=True)
class Settings:
    """How a session is analysed and shown.

    Attributes
    ----------
    name, title : name of the protocol file, and what it is in words
    basis : path of the basis set or name of a bundled one ("press_3t_te30");
        empty: must be given
    metabolites : names to fit; empty: all in the basis set but `omit`
    omit : names in the basis set that are never fitted
    window, step : transients in a window and between windows
    ppm_low, ppm_high : fitted range
    reference_s, infusion_s : (start, end) in s where the recording has no events
    settling : transients at the start of an epoch that get weight zero
    align, coil_combine, reject, eddy_current, water_removal : steps, each can be left
        out
    two_pass : align again at the end against the whole reference period: looks into
        the future, so that a live session and a protocol file cannot ask for it
    macromolecules : "auto" (the basis set's own; where it has none, "prior", or "five"
        from an echo time of 45 ms on), "none", "prior" (what is known of the human
        brain's, in the place of the basis set's own), "single" or "five"
    lipids : whether lipid components are fitted
    ratio_priors : soft ratio priors on weak metabolites (LCModel kind)
    outcome : what the headline shows
    rejected_epochs : epochs that the operator leaves out
    outcome_hidden : blinded: no outcome is shown or written anywhere
    reference_target_percent : change that the protocol wants to be able to see
    infusion_length_s : planned length of an infusion that an event starts, s
    dose_mg_per_kg, weight_kg : of the infusion: the dose per kg scales its
        pharmacokinetic curve, with the weight it is stated in mg
    fwhm_limit_hz, snr_limit, drift_limit_hz_per_min, water_limit, lipid_limit : limits
        of quality; nan: no limit
    effective_limit_percent, missing_limit_percent, marker_limit_s : least share of
        effective transients, most missing, most that a marker may be late
    expect_* : what the protocol expects of the scanner; None: not checked
    """

    name: str = "default"
    title: str = ""
    basis: str = ""
    metabolites: tuple[str, ...] = ()
    omit: tuple[str, ...] = ()
    window: int = 32
    step: int = 4
    ppm_low: float = 0.2
    ppm_high: float = 4.2
    reference_s: tuple[float, float] | None = None
    infusion_s: tuple[float, float] | None = None
    settling: int = 0
    align: bool = True
    coil_combine: bool = True
    reject: bool = True
    eddy_current: bool = True
    water_removal: bool = True
    two_pass: bool = False
    macromolecules: str = "auto"
    lipids: bool = False
    ratio_priors: bool = True
    outcome: str = "Glx/tNAA"
    rejected_epochs: tuple[int, ...] = ()
    outcome_hidden: bool = False
    reference_target_percent: float = 5.0
    fwhm_limit_hz: float = 12.8
    snr_limit: float = 3.0
    drift_limit_hz_per_min: float = 1.79
    water_limit: float = 10.0
    lipid_limit: float = 1.0
    effective_limit_percent: float = 90.0
    missing_limit_percent: float = 1.0
    marker_limit_s: float = 5.0
    expect_frequency_mhz: float | None = None
    expect_nucleus: str = "1H"
    expect_echo_time_s: float | None = None
    expect_repetition_time_s: float | None = None
    expect_sequence: str = ""
    infusion_length_s: float | None = None
    dose_mg_per_kg: float | None = None
    weight_kg: float | None = None

    def __post_init__(self) -> None:
        wrong = problem(self)
        if wrong:
            raise InputError(f"protocol {self.name}: {wrong}.")

    def changed(self, **changes: Any) -> Settings:
        """Return new settings with some fields replaced, validated again."""
        return replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        """Every field by name, for session.json and for settings events."""
        return asdict(self)


def bundled_protocols() -> dict[str, Path]:
    """Names and paths of the presets that ship with the program."""
    folder = Path(str(files("monitor"))) / "protocols"
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}


def read_protocol(name_or_path: str) -> Settings:
    """Settings of a bundled preset or of a site's TOML file.

    Raises
    ------
    InputError : no such preset or file, no TOML, an unknown field or a wrong type
    """
    presets = bundled_protocols()
    path = presets.get(name_or_path, Path(name_or_path))
    if path.exists() and not path.is_file():
        raise InputError(f"Protocol {path} is no file: give a TOML file.")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(
            f"No protocol {name_or_path}: give a TOML file or one of "
            f"{', '.join(presets)}."
        ) from None
    except UnicodeDecodeError:
        raise InputError(f"Protocol {path} is no text: give a TOML file.") from None
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"Protocol {path} cannot be read: {error}.") from None
    return settings_from(table, path.stem)


def settings_from(table: dict[str, Any], name: str) -> Settings:
    """Settings from a parsed table; unknown fields and wrong types are refused.

    The tables of `monitor.site_rules`, which change no number, are left out.
    """
    table = {key: value for key, value in table.items() if key not in SOURCE_TABLES}
    known = {f.name: f for f in fields(Settings)}
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise InputError(
            f"Protocol {name}: unknown field {', '.join(unknown)}; known are "
            f"{', '.join(known)}."
        )
    if "two_pass" in table:
        raise InputError(
            f"Protocol {name}: two_pass looks into the future, which a live session "
            "cannot: leave it out and give --two-pass to analyse."
        )
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in table.items()
    }
    defaults = Settings()
    for key, value in values.items():
        _check_type(name, key, value, getattr(defaults, key))
    return Settings(**{"name": name, **values})


def _check_type(name: str, key: str, value: object, default: object) -> None:
    """Refuse a value of another type than the field's default (None takes a number)."""
    numbers = (int, float)
    expected: tuple[type, ...] = (type(default),)
    if default is None:
        expected = (*numbers, tuple)
    elif isinstance(default, float):
        expected = numbers
    wrong_bool = isinstance(value, bool) and not isinstance(default, bool)
    if wrong_bool or not isinstance(value, expected):
        raise InputError(
            f"Protocol {name}: {key} = {value!r} should be of type "
            f"{expected[-1].__name__}."
        )
