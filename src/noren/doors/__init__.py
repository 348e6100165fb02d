"""Doors: HTTP and the command line. Whatever comes from outside is checked here and turned into kernel words."""
