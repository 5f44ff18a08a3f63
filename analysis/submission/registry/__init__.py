"""The results record of the public registry, out of stored results: every number is one of theirs, or a sum of them."""
