"""What holds for every test of the tree."""

import hypothesis

# How long one made-up example takes on a busy machine says nothing about the code.
hypothesis.settings.register_profile("endpoint", deadline=None)
hypothesis.settings.load_profile("endpoint")
