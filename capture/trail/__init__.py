"""The audit trail: looked through, reviewed, exported, and verified away from the product."""
