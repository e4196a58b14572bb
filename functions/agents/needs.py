"""The needs of your agents' tools: AWS services and rights, secrets, environment variables. See docs/agents.md.

Pin packages in requirements.txt in this folder. Data files in this folder ship too.

"""

from functions.relay import Needs

NEEDS = Needs()
