"""What is kept of a session: tables and pages."""
