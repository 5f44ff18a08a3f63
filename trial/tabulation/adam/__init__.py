"""The data sets of ADaM: results as they were stored, beside the rows of SDTM that they lead to. PURE."""
