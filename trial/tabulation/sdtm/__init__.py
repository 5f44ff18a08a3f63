"""The data sets of SDTM, by topic. PURE."""
