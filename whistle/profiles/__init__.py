"""One TOML file per municipality. A new municipality is a new file, never new code."""
