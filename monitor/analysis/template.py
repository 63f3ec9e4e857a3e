"""The template of the registration, and the linear model made from it.

The template is the weighted mean of the aligned transients of the reference period.
Its FID is parted into residual water w (`water.py`) and metabolites m, and taken
through a Wiener taper in time, g = P / (P + noise), so that the noise of a young template
does not count as shape; transients themselves are never apodised.  Columns of the model
of one transient in a band of the spectrum (after Near et al., Magn Reson Med 2015,
73:44):

    M, iM, D = dM/dnu, B = dM/d(broadening);  water;  V_1 ... V_10

Two designs differ in water and band:

- *wide*, 0.0-5.6 ppm: the template's own water and its derivative to frequency, with free
  complex amplitudes.  It is the sharpest where the shape of the water lasts: the first
  points of the FID, which hold most of what is known of the phase, are used whole.
- *narrow*, 0.2-4.2 ppm: smooth functions 1/x, 1, 1/x^2 of the distance x from water carry
  its tail, the latter two held small against the water's height.  It serves where the
  water has another shape in each transient.

V_k are the template's own absorption spectrum cut softly into ten parts, each with the
dispersion that belongs to it (its causal FID), in phase with the whole: what changes when
metabolites, macromolecules or lipids change against each other (`variation.py`).
"""

from __future__ import annotations



