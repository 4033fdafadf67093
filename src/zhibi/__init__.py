"""Zhibi 知彼: key-account sales and customer analysis."""

__version__ = "0.1.0"
