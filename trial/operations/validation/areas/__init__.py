"""The requirements, one file an area. Adding one: a literal here, its tests or why it is open, docs written anew."""
