"""Members: signing in, unlocking, leaving."""
