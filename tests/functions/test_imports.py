"""What an import costs a cold start."""

import subprocess
import sys

MOST_COLLECTIONS = 20
"""By Python's own threshold it would be searched about fifty times."""

COUNTED = "import functions.relay, gc; print(sum(one['collections'] for one in gc.get_stats()))"


def test_an_import_is_hardly_searched_for_garbage() -> None:
    done = subprocess.run([sys.executable, "-c", COUNTED], capture_output=True, text=True, check=True)
    assert int(done.stdout) <= MOST_COLLECTIONS
