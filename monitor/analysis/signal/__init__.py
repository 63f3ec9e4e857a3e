"""What every numeric file stands on: axes, spectra, noise, residual water."""
