"""The only code of `capture` that writes to the record; each call is one Change."""
