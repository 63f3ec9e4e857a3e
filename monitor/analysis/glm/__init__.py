"""A second opinion without a fit: where on the ppm axis a course is followed."""
