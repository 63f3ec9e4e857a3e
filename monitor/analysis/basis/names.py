"""Names of metabolites: one substance, many spellings, and the sums made of them.

A basis set keeps the names it came with; everything that must know *what* an entry is
(the sums of the report, the check that there is glutamate, never-fitted entries) asks
here.  Spellings are those of LCModel, FSL-MRS, Osprey, spant, Tarquin and INSPECTOR.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

ALIASES: dict[str, tuple[str, ...]] = {
    "Ala": ("alanine",),
    "Asc": ("ascorbate", "vitc"),
    "Asp": ("aspartate",),
    "Cho": ("choline", "chol", "freecho"),
    "Cr": ("creatine", "cre"),
    "CrCH2": ("-crch2", "crch2", "-cr_ch2"),
    "EA": ("ethanolamine", "eta"),
    "GABA": ("gaba+",),
    "Glc": ("glucose", "gluc"),
    "Gln": ("glutamine",),
    "Glu": ("glutamate",),
    "Gly": ("glycine",),
    "GPC": ("glycerophosphocholine",),
    "GSH": ("glutathione", "gluta", "gth"),
    "mI": ("ins", "mins", "myo", "myo-ins", "myoins", "mi-ins", "inositol", "m-ins"),
    "Lac": ("lactate",),
    "NAA": ("n-acetylaspartate",),
    "NAAG": ("n-acetylaspartylglutamate",),
    "PCh": ("pcho", "phosphocholine"),
    "PCr": ("phosphocreatine", "pcre"),
    "PE": ("peth", "phosphoethanolamine"),
    "sI": ("scyllo", "scy", "sins", "scyllo-ins", "scylloins", "s-ins"),
    "Ser": ("serine",),
    "Tau": ("taurine",),
    "tCho": ("gpc+pch", "gpc+pcho", "pch+gpc", "pcho+gpc", "totcho"),
    "tCr": ("cr+pcr", "totcr", "pcr+cr"),
    "tNAA": ("naa+naag", "totnaa"),
    "Glx": ("glu+gln", "gln+glu"),
}
"""Canonical name and its other spellings (lower case)."""

SUMS: dict[str, tuple[str, ...]] = {
    "Glx": ("Glu", "Gln"),
    "tNAA": ("NAA", "NAAG"),
    "tCr": ("Cr", "PCr"),
    "tCho": ("GPC", "PCh", "Cho"),
}
"""Sums of the report and the canonical names of their members."""

NEVER_FITTED = frozenset({"g_glu", "g_gly"})
"""Fragments of molecules that some basis sets carry along (lower case)."""

_CANONICAL = {
    spelling: name
    for name, spellings in ALIASES.items()
    for spelling in (name.lower(), *spellings)
}

_MACROMOLECULE = re.compile(r"^-?(mac|mm|macro|mmol|m\d)([\d._ -].*|exp|cn|bk)?$", re.I)
_LIPID = re.compile(r"^-?lip", re.I)


def canonical(name: str) -> str:
    """Our spelling of a metabolite's name; the name itself where it is not known."""
    stripped = name.strip()
    return _CANONICAL.get(stripped.lower(), stripped)


def absent(wanted: Iterable[str], names: Iterable[str]) -> tuple[str, ...]:
    """Those of `wanted`, metabolites or sums, of which `names` has no part.

    In words: a sum as its parts, "NAA or NAAG".
    """
    held = {canonical(name) for name in names}
    return tuple(
        " or ".join(SUMS.get(one, (one,)))
        for one in wanted
        if held.isdisjoint({one, *SUMS.get(one, ())})
    )


def may_be_one(one: str, other: str) -> bool:
    """Whether two metabolites may have one spectrum: parts of a sum of the report.

    But not those of Glx: glutamate and glutamine are told one by one, too.
    """
    both = {canonical(one), canonical(other)}
    return any(both <= set(SUMS[total]) for total in ("tNAA", "tCr", "tCho"))


def is_macromolecule(name: str) -> bool:
    """Whether an entry is a macromolecule component (Mac, mm, MM09, Mac_CN, ...)."""
    stripped = name.strip()
    return bool(_MACROMOLECULE.match(stripped)) and stripped.lower() not in _CANONICAL


def macromolecules(names: Iterable[str]) -> tuple[str, ...]:
    """Return those of `names` that are macromolecule components."""
    return _macromolecules(tuple(names))


def is_lipid(name: str) -> bool:
    """Whether an entry is a lipid component (Lip09, Lip13a, ...)."""
    return bool(_LIPID.match(name.strip()))


def is_never_fitted(name: str) -> bool:
    """Whether an entry is a fragment that would duplicate its own molecule."""
    return name.strip().lower() in NEVER_FITTED


def members(total: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return those of `names` that a sum is made of, as they are spelt there.

    An entry that is itself that total (a basis set with "tCr" instead of Cr and PCr)
    counts as its member.  The sum "exists" where this is not empty.
    """
    return _members(total, tuple(names))


def find(wanted: str, names: Iterable[str]) -> str | None:
    """Return the entry that spells the metabolite `wanted`, or None."""
    return _find(wanted, tuple(names))


@lru_cache(maxsize=256)
def _find(wanted: str, names: tuple[str, ...]) -> str | None:
    return _kinds(names).get(canonical(wanted), (None,))[0]


@lru_cache(maxsize=64)
def _kinds(names: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The entries of a set by what they are, worked out once: each screen asks."""
    found: dict[str, tuple[str, ...]] = {}
    for name in names:
        kind = canonical(name)
        found[kind] = (*found.get(kind, ()), name)
    return found


@lru_cache(maxsize=256)
def _members(total: str, names: tuple[str, ...]) -> tuple[str, ...]:
    wanted = {total, *SUMS.get(total, ())}
    return tuple(name for name in names if canonical(name) in wanted)


@lru_cache(maxsize=64)
def _macromolecules(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in names if is_macromolecule(name))
