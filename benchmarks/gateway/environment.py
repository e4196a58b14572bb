"""Is one Lambda environment: imports a handler, which is its cold start, and then handles one event at a time.

`python environment.py default` imports `functions.default` from the working directory, reads one event a line, and
writes one answer a line. It imports nothing else of this project, so it also runs the handlers of another commit.
"""

import importlib
import json
import os
import sys
import time


def main() -> None:
    """Answer events until there are none. The first line says how long the start took."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what a handler prints goes into the log
    sys.path[0] = os.getcwd()  # noqa: PTH109 - pathlib would be imported before a handler that needs it
    handler = importlib.import_module(f"functions.{sys.argv[1]}").handler
    print(json.dumps({"cpu_s": time.process_time()}), file=answers, flush=True)
    for line in sys.stdin:
        before = time.process_time()
        try:
            answer = {"value": handler(json.loads(line), None)}
        except BaseException as error:  # noqa: BLE001 - Lambda reports whatever leaves a handler
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps({**answer, "cpu_s": time.process_time() - before}), file=answers, flush=True)


if __name__ == "__main__":
    main()
