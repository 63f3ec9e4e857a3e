"""Basis sets: the FID of each metabolite at concentration 1, read, resampled, checked.

Being written.
"""
