"""The refusal that commands turn into exit status 2."""


class RefusedError(Exception):
    """What was asked cannot be done with what was given. Nothing was written.

    The message is for the person at the keyboard: what is wrong, and the mend.
    """
