"""What the sheets over the plots say."""
