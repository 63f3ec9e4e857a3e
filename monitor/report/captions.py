"""What stands below the figures and tables of a report: each figure defined once."""

from __future__ import annotations

from monitor.analysis.preparation.quality import COUNTING_WEIGHT

CAPTIONS = {
    "trend": "Change from the reference period. Points: independent windows with 95 % "
    "intervals. Dashed: sliding window, whose points are correlated. Line in a band: "
    "tracker, smoothed over the whole session. Hatched: infusion.",
    "models": "The likeliest response models and the independent windows with 95 % "
    "intervals.",
    "spectra": "Real part, thin: data; thick: fit; dashed: baseline; residual above. "
    "All on one scale.",
    "opinion": "How strongly each point of the spectrum follows a course (a step, the "
    "tracker's, plasma curves; that which stands out most is drawn): t of a general "
    "linear model on the aligned spectra, gain, phase, shift and width taken out by "
    "the singlets. Dashed: what noise passes anywhere in one of a hundred sessions. "
    "Grey: lines of glutamate and glutamine. It has no part in any estimate, and "
    "cannot tell glutamate from what lies under its lines.",
    "waterfalls": "Spectra of the transients against time, dark is high; dashed lines "
    "are events.",
    "traces": "Dots: every transient; crosses: those of weight under "
    f"{COUNTING_WEIGHT:g}; triangles at an edge lie outside. Shift is positive "
    "towards higher ppm. FWHM: dots are the tNAA peak as it stands, with NAAG and "
    "what lies below; circles are the fitted tNAA line of the independent windows, "
    "which the criterion and its limit (dashed) are about.",
}
MEASURES_NOTE = (
    "Value (1 SD), below it the 95 % interval. All are of the independent windows in "
    "the figure. Mean: over the infusion, a window counting by how long it lies in it. "
    "Plateau: likewise over its last third. Area: from the start of the infusion to "
    "the end of the recording. Peak: the largest value of the smoothed windows in the "
    "direction of the mean, never below mean or plateau; its time is the middle of a "
    "window, its interval as long as one at least. The windows share one reference "
    "period, whose error is in every SD. An interval that leaves zero out is no proof "
    "of a response; that of the peak did in one of five simulated courses without any."
)
MODELS_NOTE = (
    "Each is fitted to all transients at once, with changes of Glu and of Gln of its "
    "own: a model may be likely where the ratio shown hardly changes. Criterion: the "
    "probability of a model among these, half of the prior being on no change and the "
    "responses sharing the rest; beside it BIC, p ln n - 2 ln L with p fitted numbers "
    "and n transients, and AICc, as distances from the best. The report chooses none. "
    "At the end, largest: of the model's own curve, under the "
    "assumption that it is the right one; the measures above assume none. SDs hold the "
    "uncertainty of the shape, not that of the choice of model."
)
ANSWER_NOTE = (
    "Asked after every transient since the infusion began, of all transients at once: "
    "is the mean change other than zero? Changed is said when a change is 20 times as "
    "likely as none, so that the chance of ever saying so where nothing changes is at "
    "most 5 % for each outcome, however often one looks. It is taken back where the "
    "mean may be 0 again; how large the change is stands under Response measures. "
    "Their intervals are right for one look, and narrower: where that of the mean "
    "leaves zero out and the answer is not reached, a change is possible, not proven."
)
ANSWER_HEADER = (
    "Outcome",
    "Answer",
    "Likelihood of a change over none, at the end",
)
DISCLAIMER = "Research software: no clinical advice."
