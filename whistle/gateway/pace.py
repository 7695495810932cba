"""Whether somebody who sends is still sending: measured in the time that we wait for them."""

WINDOW = 30.0  # seconds of waiting
LEAST = 30_000  # bytes in a window: 1 kB/s. Tor at its slowest has tens of them


class Pace:
    """The pace of one body. Time that passes while nobody waits for the sender is not counted."""

    def __init__(self, window: float = WINDOW, least: int = LEAST) -> None:
        """Ask for ``least`` bytes in every ``window`` seconds of waiting."""
        self._window, self._least = window, least
        self._waited, self._got = 0.0, 0

    @property
    def patience(self) -> float:
        """Seconds to wait before asking `is_stalled`."""
        return max(self._window - self._waited, 0.0)

    def note(self, waited: float, got: int) -> None:
        """Count seconds that were waited, and bytes that came."""
        self._waited += waited
        self._got += got

    def is_stalled(self) -> bool:
        """Say whether a window has gone by with too little in it; begin the next when not."""
        if self.patience:
            return False
        stalled = self._got < self._least
        self._waited, self._got = 0.0, 0
        return stalled
