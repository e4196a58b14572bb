"""What the tools of your agents need: AWS services and rights, secrets, environment variables. See docs/agents.md.

Packages are pinned in requirements.txt beside this file; data files ship by being here.
"""

from functions.relay import Needs

NEEDS = Needs()
