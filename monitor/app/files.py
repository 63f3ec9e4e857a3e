"""What a file dialog shows."""

from __future__ import annotations

ENDINGS = (
    "mcap", "mcap.part", "nii", "nii.gz", "h5", "mrd", "dat", "rda", "ima", "dcm",
    "sdat", "spar", "7", "fid", "raw",
)  # fmt: skip
RECORDINGS = (
    f"Recordings and spectra ({' '.join(f'*.{e} *.{e.upper()}' for e in ENDINGS)});;"
    "All files (*)"
)
PROTOCOLS = "Protocols (*.toml);;All files (*)"
