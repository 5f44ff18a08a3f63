"""Data sets of the standards as files: of one moment, checked against the database, the same bytes each time."""
