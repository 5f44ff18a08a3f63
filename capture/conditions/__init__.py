"""The tests behind the edit checks, one file per part of the casebook; `capture.checks` declares the checks."""
