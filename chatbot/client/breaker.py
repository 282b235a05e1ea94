"""A circuit breaker: who has failed several times in a row is left alone for a while.

After Nygard, “Release It!”: closed, open, and half open while one call tries again.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

FAILURES = 3
REST_S = 10.0
LONGEST_REST_S = 80.0


@dataclass
class Breaker:
    """One for everything that calls the same server; `now` in seconds, of any clock that never goes back.

    It opens at the third failure in a row, for 10 s. Then one call may try again, while the others are
    still kept off; each failure doubles the rest, up to 80 s, and a success closes it.
    """

    now: Callable[[], float] = time.monotonic
    _failures: int = 0
    _tries_at: float = 0.0
    _is_trying: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def lets_through(self) -> bool:
        """Whether to call now. Whoever is let through says what came of it."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            if self.now() < self._tries_at:
                return False
            self._tries_at, self._is_trying = self.now() + self._rest(), True
            return True

    def worked(self) -> bool:
        """Close it; says whether it was open."""
        with self._lock:
            was_open = self._failures >= FAILURES
            self._failures, self._is_trying = 0, False
            return was_open

    def failed(self) -> bool:
        """Count it; says whether it opened just now. Calls that were under way when it opened count no more."""
        with self._lock:
            if self._failures >= FAILURES and not self._is_trying:
                return False
            self._failures, self._is_trying = self._failures + 1, False
            self._tries_at = self.now() + self._rest()
            return self._failures == FAILURES

    def _rest(self) -> float:
        """How long to wait after that many failures, in seconds."""
        return min(REST_S * 2.0 ** min(self._failures - FAILURES, 10), LONGEST_REST_S)
