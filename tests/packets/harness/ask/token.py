"""What each probe carries, so that whatever arrives can be told apart: a mark, the run, and the probe's number."""

import os
import struct

# No other run's packets, and no older ones.
RUN = os.urandom(4)
MARK = b"arvc" + RUN
NUMBER = struct.Struct("!I")


def make_token(number: int, size: int = 0) -> bytes:
    return (MARK + NUMBER.pack(number)).ljust(size, b".")


def find_token(data: bytes) -> int | None:
    at = data.find(MARK)
    if at < 0 or len(data) < at + len(MARK) + NUMBER.size:
        return None
    return NUMBER.unpack_from(data, at + len(MARK))[0]
