"""Sheets over the plots, and the questions that they ask."""
