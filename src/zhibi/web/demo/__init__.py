"""Fills a workspace with a company to look around in: its people and what they wrote down."""
