"""Turning transients into estimates of glutamate, and showing them."""
