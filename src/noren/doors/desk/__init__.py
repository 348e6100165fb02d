"""The desk's inner door: documents announced and read. No member's data comes in or goes out here."""
