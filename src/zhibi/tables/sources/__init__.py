"""Presets of known systems: one TOML file each, read by `presets`."""
