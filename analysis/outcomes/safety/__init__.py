"""What the safety of one participant is counted from. PURE."""
