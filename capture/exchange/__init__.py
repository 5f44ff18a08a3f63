"""The record out as files and in from files: one data set per form or table, checked like a person's entries."""
