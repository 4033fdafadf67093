"""What several methods need, each defined once: one business word, one function, one expression."""
