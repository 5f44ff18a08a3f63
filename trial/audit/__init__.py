"""The audit trail in the database: its installer, its verification, holds and redaction."""
