"""Says why a request to AWS failed, without botocore's text, which may quote what was sent. The adapters share it."""

from botocore.exceptions import ClientError


def cause(service: str, error: Exception) -> str:
    """Return the service and the code of its error, or the kind of an error on the way there."""
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
    return f"{service}: {code}"
