"""Fakes and houses for tests, shipped with the library so that nobody has to patch it. Never imported by it."""
