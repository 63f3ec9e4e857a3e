"""A place in a scanner's reconstruction: everything is passed on, images are added."""
