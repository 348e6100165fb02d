"""``noren audience``: conditions checked and explained, on files alone; no home is needed and no member is seen."""
