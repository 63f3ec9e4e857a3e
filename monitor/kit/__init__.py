"""What a site builds from and installs: packages for OpenRecon and FIRE, and checks."""
