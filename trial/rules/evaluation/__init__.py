"""One participant evaluated: the record as frozen facts, and what the gate and the endpoints both derive from them."""
