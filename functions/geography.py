"""Knows the Region of a deployment, and the geography in which a model may answer there."""

import os

NO_REGION = "us-east-1"
"""The Region if none is chosen: `make synth` needs no credentials, and so no Region."""

_GEOGRAPHIES = {
    "us-gov-": "us-gov.",
    "us-": "us.",
    "eu-": "eu.",
    **dict.fromkeys(("ap-northeast-1", "ap-northeast-3"), "jp."),
    **dict.fromkeys(("ap-southeast-2", "ap-southeast-4"), "au."),
}
"""The beginning of the ids of the inference profiles that keep requests within a geography, by its Regions."""


def region() -> str:
    """Return the Region that the environment names, as SDKs and the CDK read it."""
    names = ("AWS_REGION", "AWS_DEFAULT_REGION", "CDK_DEFAULT_REGION")
    return next((os.environ[name] for name in names if os.environ.get(name)), NO_REGION)


def geography_of(region: str) -> str:
    """Return the beginning of the profile ids of a Region's geography, such as `eu.`; "" if there is none.

    Source: AWS Bedrock, "Supported Regions and models for inference profiles".
    """
    return next((one for start, one in _GEOGRAPHIES.items() if region.startswith(start)), "")
