"""The conduct of the study: queries, source verification, freeze and lock, signatures, redactions, transfers."""
