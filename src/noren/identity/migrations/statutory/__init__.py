"""The statutory vault's revisions."""
