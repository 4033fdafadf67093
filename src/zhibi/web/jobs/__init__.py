"""Work that outlasts a page: queued, done with progress, cancelled, taken up again."""
