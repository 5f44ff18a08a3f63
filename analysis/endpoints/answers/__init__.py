"""The protocol's questions about one group, a file for each; all PURE: outcomes in, plain values out."""
