"""Run the command given as arguments and print its seconds, CPU seconds, peak memory and exit code.

A program of its own (started with `-I -S`), because a process' peak memory on Linux starts from that of the process
that started it: this one is as small as Python gets.
"""

import os
import sys
import time

if __name__ == "__main__":
    null = os.open(os.devnull, os.O_RDWR)
    redirect = [(os.POSIX_SPAWN_DUP2, null, target) for target in (0, 1)]
    start = time.perf_counter()
    process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=redirect)
    _, status, used = os.wait4(process, 0)
    wall = time.perf_counter() - start
    print(wall, used.ru_utime + used.ru_stime, used.ru_maxrss, os.waitstatus_to_exitcode(status))
