"""What the data is: the canonical tables, where they are kept, how files become rows."""
