"""Campaigns: what may be issued, to whom by a draw that anybody can check, and what became of it. Knows no member."""
