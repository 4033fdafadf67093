"""Everything known about one account, part by part: each module answers one question of it."""
