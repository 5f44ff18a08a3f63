"""An application with one more form of the casebook, as a later version would bring it."""
