"""Deploys into emulators on this machine and runs calls through the deployment: `make deploy-check`."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator

from local.ops.speak import OpsError
from local.phone import CallError
from tests.deployed import ministack, offline
from tests.deployed.process import CheckError

CHECKS: dict[str, Callable[[], Iterator[str]]] = {
    "ministack": ministack.check,
    "serverless-offline": offline.check,
}


def main() -> int:
    """Run the checks; return 0, or 1 if one has failed."""
    parser = argparse.ArgumentParser(prog="make deploy-check", description=__doc__)
    parser.add_argument("only", nargs="*", choices=(*CHECKS, []), help="which emulators; all of them otherwise")
    began = time.monotonic()
    for name in parser.parse_args().only or CHECKS:
        print((sys.modules[CHECKS[name].__module__].__doc__ or "").strip(), flush=True)
        try:
            for step in CHECKS[name]():
                print(f"  {time.monotonic() - began:5.1f} s  {step}", flush=True)
        except (CheckError, CallError, OpsError) as error:
            print(f"FAULT {error}", flush=True)
            return 1
        print(flush=True)
    print("All that was deployed does what it should.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
