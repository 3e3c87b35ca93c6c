"""`/KIND?SECONDS`: sleeps so long, and serves others meanwhile."""

import asyncio


async def application(scope, receive, send):
    if scope["type"] != "http":
        return
    if scope["path"] != "/none":
        await asyncio.sleep(float(scope["query_string"] or 0))
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})
