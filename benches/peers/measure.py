"""Runs one program and writes what it took from outside.

    measure.py JSON LOG COMMAND...

JSON gets wall and processor seconds and the peak of resident memory, as the kernel counts them for
the finished process; LOG gets all that it prints. A failure of the program is a failure here.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path


def main():
    result, log, command = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    began = time.perf_counter()
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{command[0]} failed; its last words:\n{log.read_text(errors='replace')[-2000:]}")
    result.write_text(json.dumps({
        "wall_seconds": wall,
        "processor_seconds": usage.ru_utime + usage.ru_stime,
        "peak_memory_bytes": usage.ru_maxrss * 1024,
    }, indent=1) + "\n")


if __name__ == "__main__":
    main()
