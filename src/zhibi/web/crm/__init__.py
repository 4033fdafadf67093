"""What people know and do: accounts, contacts, follow-ups, tasks, judgements, receivables."""
