"""What numba compiles is compiled once, and loaded as machine code from then on."""

import json
import subprocess
import sys

CALLED = """
import json
import sys
import numpy as np
from engine.network.compiled import region
room = np.zeros((2, 10, 2))
room[0, :4] = [[-4.0, -4.0], [4.0, -4.0], [4.0, 4.0], [-4.0, 4.0]]
corners = room[0, : region(0, np.eye(2), np.zeros(2), *room, np.empty(10))].tolist()
print(json.dumps([sorted(corners), "numba.typed.typedlist" in sys.modules, len(region.stats.cache_misses)]))
"""


def test_a_second_process_loads_machine_code_without_what_only_compiling_needs() -> None:
    for _ in range(2):  # the first may have to compile it
        done = subprocess.run([sys.executable, "-c", CALLED], capture_output=True, check=True)
        corners, compiling, compiled = json.loads(done.stdout)
    assert corners == [[-4, -4], [4, -4], [4, 4]]
    assert not compiling and compiled == 0
