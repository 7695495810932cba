"""Commands too long for ``cli.py``: each module adds its own to the parser and runs it."""
