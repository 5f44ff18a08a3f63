"""Forms of the pages of results."""
