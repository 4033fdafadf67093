"""Who works here: people, their roles, teams and sessions; whose accounts each may see."""
