"""What slides are made of: fitted text, native tables and native charts on one plain deck."""
