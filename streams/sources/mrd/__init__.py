"""A scanner's MRD (ISMRMRD) stream and files as a source."""
