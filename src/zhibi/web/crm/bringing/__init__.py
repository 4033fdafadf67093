"""Lists of accounts and contacts brought in from a file: looked at first, then written, undone."""
