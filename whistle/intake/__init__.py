"""The anonymous door: keeps no secret, can open nothing, and never imports casework."""
