"""Pages of the door, of accounts, and of what the program says about itself."""
