"""Composition roots: one module per process says which stores and keys that process holds, and no more."""
