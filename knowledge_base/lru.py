"""A small cache that forgets what was not asked for longest; safe between threads."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable


class Lru[K: Hashable, V]:
    def __init__(self, size: int) -> None:
        self._size = size
        self._held: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: K, make: Callable[[], V]) -> V:
        """What is held under the key, else what `make` gives, which runs outside the lock."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        made = make()
        with self._lock:
            self._held[key] = made
            while len(self._held) > self._size:
                self._held.popitem(last=False)
        return made
