"""The casebook on paper: blank forms to be filled in by hand, and the same with annotations."""
