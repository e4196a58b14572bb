"""Requests and responses of the gateway as aiohttp has them."""

from aiohttp import web

from local.aws.gateway import Response
from local.aws.gateway_events import Client


def client_of(request: web.Request) -> Client:
    """Return who sent the request, with headers byte for byte as sent: aiohttp changes the names that it knows."""
    headers = [(name.decode("latin-1"), value.decode("utf-8", "replace")) for name, value in request.raw_headers]
    query = request.raw_path.partition("?")[2]
    return Client(request.remote or "127.0.0.1", headers, query, request.scheme)


def to_aiohttp(response: Response) -> web.Response:
    """Return the response as aiohttp's; it counts Content-Length itself."""
    answer = web.Response(status=response.status, body=response.body)
    for name, value in response.headers:
        if name.lower() == "content-type":
            answer.headers[name] = value
        elif name.lower() != "content-length":
            answer.headers.add(name, value)
    return answer
