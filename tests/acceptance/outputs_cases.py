"""What `same_outputs.py` runs: a name, the words after `mrs-monitor`, and the cost.

Each case runs in a folder of its own, in which `data` and `recordings` are links, so
that the paths in its outputs do not depend on the machine.  What it writes goes below
`out`.  The long ones come first, so that two processes end together.
"""

from dataclasses import dataclass
from itertools import product
from pathlib import Path

SLASER = "data/real/dwslaser7t_216"
STEAM_TRUTH = "data/real/dwsteam7t_truth_288"
STEAM = "data/real/steam7t_4coil"
BIGGABA = "data/real/press3t_biggaba_s01"
LCMODEL = "data/real/press3t_lcmodel_test"
OWN_MM = "data/real/press3t_te30_mm_sub01"
COILS = "data/sim/coils_3t_press30"
INFUSION = "data/sim/infusion_3t_press30"
STATIC = "data/sim/static_3t_press30"
VENDOR = "data/real/vendor"
STEAM_BASIS = f"--basis {STEAM}/STEAM_7T_11ms.BASIS"
OSPREY_BASIS = f"--basis {BIGGABA}/3T_PRESS_Philips_35ms_noMM.BASIS"
SHORT = "recordings/infusion-short.mcap"

# name: (file and options that analyse, replay and qc share, the commands of it)
SESSIONS = {
    "infusion": (
        f"{INFUSION}/metab.nii.gz --water {INFUSION}/water.nii.gz "
        f"--basis {INFUSION}/press30_mm.BASIS --infusion 600:2400",
        ("analyse", "qc"),
    ),
    "steam-truth": (
        f"{STEAM_TRUTH}/metab.nii.gz --basis {STEAM_TRUTH}/basis_STEAM_TE45_TM60.BASIS",
        ("analyse", "qc"),
    ),
    "slaser-sorted": (
        f"{SLASER}/metab_sorted_by_b.nii.gz --reference 0:360 "
        f"--basis {SLASER}/sLASER_DW_TE125ms_180121.BASIS",
        ("analyse", "replay", "qc"),
    ),
    "slaser": (
        f"{SLASER}/metab.nii.gz --water {SLASER}/water.nii.gz "
        f"--basis {SLASER}/sLASER_DW_TE125ms_180121.BASIS",
        ("analyse",),
    ),
    "static-64": (
        f"{STATIC}/metab_64avg.nii.gz --basis {STATIC}/press30_mm.BASIS --window 4 "
        "--step 4",
        ("analyse",),
    ),
    "static-32": (
        f"{STATIC}/metab_32avg.nii.gz --basis {STATIC}/press30.BASIS --reference 0:60 "
        "--infusion 60:120",
        ("analyse", "replay"),
    ),
    "coils": (
        f"{COILS}/metab.nii.gz --water {COILS}/water.nii.gz "
        f"--basis {COILS}/press30_mm.BASIS --reference 0:64",
        ("analyse", "replay", "qc"),
    ),
    "steam": (
        f"{STEAM}/metab.nii.gz --water {STEAM}/wref.nii.gz {STEAM_BASIS}",
        ("analyse", "replay", "qc"),
    ),
    "biggaba": (
        f"{BIGGABA}/metab.nii.gz --water {BIGGABA}/wref.nii.gz {OSPREY_BASIS}",
        ("analyse", "replay", "qc"),
    ),
    "lcmodel": (
        f"{LCMODEL}/metab.nii.gz --water {LCMODEL}/wref.nii.gz "
        f"--basis {LCMODEL}/3t.BASIS",
        ("analyse", "qc"),
    ),
    "own-mm": (
        f"{OWN_MM}/metab.nii.gz --water {OWN_MM}/wref.nii.gz "
        f"--basis {OWN_MM}/press30_ideal_mm.BASIS",
        ("analyse", "replay"),
    ),
    "own-mm-preset": (f"{OWN_MM}/metab.nii.gz --protocol press_3t_te30", ("analyse",)),
    "infusion-short": (SHORT, ("analyse", "replay", "qc")),
    "restless-short": ("recordings/restless-short.mcap", ("analyse", "replay", "qc")),
    "blinded": (f"{SHORT} --protocol blinded.toml", ("analyse", "replay", "qc")),
    "philips": (
        f"{VENDOR}/DBIEX_10_1_raw_act.SDAT --water {VENDOR}/DBIEX_10_1_raw_ref.SDAT "
        f"{OSPREY_BASIS}",
        ("analyse", "qc"),
    ),
    "rda": (f"{VENDOR}/siemens_vd_svs_se.rda --protocol press_3t_te30", ("analyse",)),
    "rda-offset": (
        f"{VENDOR}/siemens_va25_phantom_offset.rda --protocol press_3t_te30",
        ("analyse",),
    ),
    "xa60": (
        f"{VENDOR}/siemens_xa60_svs_se.dcm --protocol press_3t_te30",
        ("analyse",),
    ),
    "ve11-twix": (
        f"{VENDOR}/siemens_ve11_svs_se_ref1_avg2.dat --choose Phs=1 "
        "--protocol press_3t_te30",
        ("analyse",),
    ),
    "slaser-dicom": (f"{VENDOR}/siemens_vb_eja_svs_slaser_7t.dcm", ("analyse",)),
}

# further options of the short recording, through analyse
SWITCHES = {
    "plain": "--no-align --no-coil-combine --no-reject --no-water-removal",
    "two-pass": "--two-pass",
    "windows": "--window 16 --step 8 --metabolites Glu,Gln,NAA,Cr,PCr,GPC,PCh,Ins",
    "moved": "--reference 0:50 --basis press_3t_te30",
}

CONVERTED = (
    "siemens_ve11_svs_se_ref1_avg2.dat --choose Phs=0",
    "siemens_ve11_svs_se_ref1_avg2.dat",
    "siemens_vb_eja_svs_slaser_7t_water.dat --choose Set=1",
    "siemens_vb_eja_svs_slaser_7t.dcm",
    "siemens_xa60_svs_se.dcm",
    "siemens_va25_phantom_offset.rda",
    "siemens_vd_svs_se.rda",
    "DBIEX_10_1_raw_act.SDAT",
    "fmrs_slaser_123.basis",
)
BLINDED = 'title = "Blinded"\nbasis = "press_3t_te30"\noutcome_hidden = true\n'


@dataclass(frozen=True, slots=True)
class Case:
    """One run of the program.

    Attributes
    ----------
    name : also the folder of its outputs
    words : arguments of the program
    """

    name: str
    words: tuple[str, ...]


def all_cases() -> tuple[Case, ...]:
    """Every case but the bad ones, the costly ones first."""
    made = [*_sessions(), *_switches(), *_recordings(), *_converted()]
    return tuple(Case(name, tuple(words.split())) for name, words in made)


def prepare(folder: Path, data: Path, recordings: Path) -> None:
    """Lay what the cases name into a folder."""
    (folder / "data").symlink_to(data, target_is_directory=True)
    (folder / "recordings").symlink_to(recordings, target_is_directory=True)
    (folder / "blinded.toml").write_text(BLINDED)


def _sessions() -> list[tuple[str, str]]:
    extra = {"analyse": " --save-spectra", "replay": " --speed max", "qc": ""}
    return [
        (f"{command}-{name}", f"{command} {words}{extra[command]} --out out")
        for name, (words, commands) in SESSIONS.items()
        for command in commands
        if not (command == "qc" and "--window" in words)
    ]


def _switches() -> list[tuple[str, str]]:
    return [
        (f"analyse-short-{name}", f"analyse {SHORT} {words} --out out")
        for name, words in SWITCHES.items()
    ]


def _recordings() -> list[tuple[str, str]]:
    places = ("infusion-short", "restless-short")
    looked_at = [
        (f"{command}-{place}", f"{command} recordings/{place}.mcap")
        for command, place in product(("info", "verify"), places)
    ]
    return [
        *looked_at,
        ("qc-folder", "qc recordings --workers 1 --out out"),
        ("recover", f"recover {SHORT} --out out/mended.mcap"),
        ("convert-nifti", f"convert {SHORT} --to nifti-mrs --out out/s.nii.gz"),
        ("convert-bids", f"convert {SHORT} --to bids --no-sourcedata --out out"),
        ("basis-show", f"basis show {BIGGABA}/3T_PRESS_Philips_35ms_noMM.BASIS"),
        ("basis-show-bundled", "basis show press_3t_te30"),
        (
            "basis-simulate",
            "basis simulate --sequence press --te 30 --mhz 123.25 --dwell 5e-4 "
            "--points 512 --metabolites Glu,NAA,Cr --out out/b.BASIS",
        ),
    ]


def _converted() -> list[tuple[str, str]]:
    files = [f"{VENDOR}/{words}" for words in CONVERTED]
    return [
        (_name("convert", words), f"convert {words} --out out/x.nii.gz")
        for words in [*files, "data/real/twix_wref/steam7t_wref.dat"]
    ]


def _name(command: str, words: str) -> str:
    """A folder's name out of words."""
    last = words.rpartition("/")[2].replace(" --choose ", "-").replace("=", "")
    return f"{command}-{last}"
