"""Statistics that do not depend on this trial: exact intervals, two-stage designs, Kaplan–Meier. PURE."""
