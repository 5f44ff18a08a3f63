"""Pages that show stored results; nothing is computed here."""
