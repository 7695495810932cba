"""Characters by which a text can look like another one, made visible.

What somebody wrote is kept as it was written. Where it is shown, whatever turns the order of other
letters round ("Trojan Source", CVE-2021-42574) or has no shape of its own stands there by name.
Marks that Arabic, Hebrew and emoji need, and that turn nothing round, are left alone.
"""

_TURNING = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]  # UAX #9: embed, override, isolate
_CONTROLS = [code for code in [*range(0x20), *range(0x7F, 0xA0)] if chr(code) not in "\t\n\r"]
_TAGS = range(0xE0000, 0xE0080)  # a whole text can be hidden in them
_NAMES = {code: f"[U+{code:04X}]" for code in [*_TURNING, *_CONTROLS, *_TAGS]}


def show_controls(text: str) -> str:
    """Write ``[U+202E]`` and the like where such a character stands."""
    return text.translate(_NAMES)
