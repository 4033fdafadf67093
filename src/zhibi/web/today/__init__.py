"""Today: what is to be done, from every part of the workspace, most urgent first."""
