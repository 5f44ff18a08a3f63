"""The audit trail as CDISC ODM, which a script of its own verifies."""
