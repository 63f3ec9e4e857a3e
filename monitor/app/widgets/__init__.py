"""What panels and sheets are made of: colours, letters, plots, lists, files."""
