"""Signs a webhook so that its receiver can tell that it is genuine, whole and new.

The headers are those of Standard Webhooks (https://www.standardwebhooks.com): an id that stays the same when a
delivery is tried again, the time of this try, and an HMAC over both and the body.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping


def signed(secret: str, webhook_id: str, at: int, body: bytes) -> Mapping[str, str]:
    """Return the headers of a webhook; `at` is the time of this try, in seconds since 1970."""
    content = f"{webhook_id}.{at}.".encode() + body
    digest = base64.b64encode(hmac.new(secret.encode(), content, hashlib.sha256).digest()).decode()
    return {"webhook-id": webhook_id, "webhook-timestamp": str(at), "webhook-signature": f"v1,{digest}"}
