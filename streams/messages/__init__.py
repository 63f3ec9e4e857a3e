"""What is sent and kept: transients, events, requests, and their bytes."""
