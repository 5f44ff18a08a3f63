"""One participant: the outcome that every endpoint of a group counts. PURE."""
