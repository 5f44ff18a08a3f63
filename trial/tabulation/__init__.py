"""What each field of the record is called in the standards, and the rows that follow from it. PURE.

`trial.tabulation.data_sets.DATA_SETS` names every data set in the order of the files.
"""
