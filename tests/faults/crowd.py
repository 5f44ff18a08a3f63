"""How crowded the machine is: by what factor work takes longer here than on a machine that does nothing else."""

import statistics
import threading
import time

WORK_SECONDS, EVERY_SECONDS = 0.02, 0.25


class Crowd:
    """`with Crowd() as crowd:` measures meanwhile; then `crowd.factor` is 1 on an idle machine, 4 where it waits."""

    def __enter__(self) -> "Crowd":
        self._waits, self._ends = [1.0], threading.Event()
        self._measuring = threading.Thread(target=self._measure, daemon=True)
        self._measuring.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._measuring.join()
        self.factor = max(1.0, statistics.median(self._waits))

    def _measure(self) -> None:
        while not self._ends.wait(EVERY_SECONDS):
            began, until = time.monotonic(), time.thread_time() + WORK_SECONDS
            while time.thread_time() < until:
                pass
            self._waits.append((time.monotonic() - began) / WORK_SECONDS)
