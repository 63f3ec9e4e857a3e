"""What is written about a session: tables and pages."""
