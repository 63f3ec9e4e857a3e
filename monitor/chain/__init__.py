"""The program inside a scanner's reconstruction: records, passes on, shows a page."""
