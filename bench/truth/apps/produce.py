"""Sends tasks at random times: KIND RATE MEAN SECONDS."""

import random
import sys
import time

from tasks import work

kind, rate, mean, length = sys.argv[1], *map(float, sys.argv[2:])
ends = time.monotonic() + length
while time.monotonic() < ends:
    work.delay(kind, random.expovariate(1 / mean))
    time.sleep(random.expovariate(rate))
