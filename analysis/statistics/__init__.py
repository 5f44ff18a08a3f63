"""Statistics that know nothing of this trial: exact intervals, two-stage designs, Kaplan–Meier. PURE."""
