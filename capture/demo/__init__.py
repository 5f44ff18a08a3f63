"""The demo cohort: synthetic people, medically plausible, entered through the same services as a person's entries."""
