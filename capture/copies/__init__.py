"""Copies of the record that stand by themselves: of one casebook, of a site, of the study."""
