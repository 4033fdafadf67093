"""Bringing data in: from a dropped file to the commit and back; how good the data is."""
