"""Files that others wrote, as sources of transients."""
