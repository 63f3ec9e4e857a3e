"""What spectra say of themselves: conjugation, and whether water is water."""
