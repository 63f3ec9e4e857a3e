"""Virtual scanner: physiology, artefacts and a receiver round the simulated FIDs."""
