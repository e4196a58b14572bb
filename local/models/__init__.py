"""Stand-ins for the model services that speak the real wire to the real SDKs, following a script.

with BedrockServer(first=0.3, between=0.02) as server:
    server.script(*spoken("Good evening!"), Finish())
    client = boto3.client("bedrock-runtime", endpoint_url=server.url)
"""

from local.models.anthropic import AnthropicServer
from local.models.bedrock import BedrockServer
from local.models.openai import OpenAIServer
from local.models.server import ModelRequest, ModelServer
from local.models.steps import Drop, Fail, Finish, Garbage, Pause, Refuse, Stall, Step, Text, Thought, Use, spoken

__all__ = [
    "AnthropicServer",
    "BedrockServer",
    "Drop",
    "Fail",
    "Finish",
    "Garbage",
    "ModelRequest",
    "ModelServer",
    "OpenAIServer",
    "Pause",
    "Refuse",
    "Stall",
    "Step",
    "Text",
    "Thought",
    "Use",
    "spoken",
]
