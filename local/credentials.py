"""What a real model needs to be asked from a laptop."""

import os

import boto3

from functions.settings import ModelName


def missing(model: ModelName) -> str:
    """Return what a real model lacks, and the cure; empty when nothing is missing."""
    match model:
        case "claude" if not os.environ.get("ANTHROPIC_API_KEY"):
            return "MODEL=claude needs a key: set ANTHROPIC_API_KEY, or leave MODEL out for the offline model."
        case "bedrock" if boto3.Session().get_credentials() is None:
            return (
                "MODEL=bedrock needs AWS credentials: run `aws configure`, or leave MODEL out for the offline model."
            )
        case _:
            return ""
