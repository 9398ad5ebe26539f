"""A buffer of fixed size that forgets the oldest reading first."""


class RingBuffer:
    def __init__(self, capacity):
        if capacity < 1:
            raise ValueError("a ring needs room for at least one reading")
        self._slots = [None] * capacity
        self._next = 0
        self._count = 0

    def __len__(self):
        return self._count

    def push(self, reading):
        """Stores a reading; returns the one that was forgotten for it, or None."""
        forgotten = self._slots[self._next]
        self._slots[self._next] = reading
        self._next = (self._next + 1) % len(self._slots)
        self._count = min(self._count + 1, len(self._slots))
        return forgotten

    def __iter__(self):
        start = (self._next - self._count) % len(self._slots)
        for step in range(self._count):
            yield self._slots[(start + step) % len(self._slots)]

    def mean(self):
        if not self._count:
            raise ValueError("no readings yet")
        return sum(self) / self._count


def smooth(readings, width):
    """Moving mean of a series; the first values average what is there."""
    ring = RingBuffer(width)
    for reading in readings:
        ring.push(reading)
        yield ring.mean()


if __name__ == "__main__":
    temperatures = [11.0, 11.5, 13.0, 9.5, 9.0, 8.5]
    print([round(value, 2) for value in smooth(temperatures, 3)])
