"""Raw coils to transients worth averaging, each with its quality and weight."""
