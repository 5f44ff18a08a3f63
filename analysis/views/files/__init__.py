"""What leaves the pages of results as a file."""
