"""The course of a session: windows, outcomes, their change, what is detectable."""
