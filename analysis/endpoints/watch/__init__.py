"""What a board watches beside the protocol's own endpoints. PURE."""
