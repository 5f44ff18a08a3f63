"""What the casebook is made of: the register of its forms, and the fields that people type into."""
