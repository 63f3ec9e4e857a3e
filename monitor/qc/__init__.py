"""Judging sessions: criteria, response measures, many sessions, whole trials."""
