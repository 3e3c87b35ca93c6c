"""`/KIND?SECONDS`. Where the server itself notes its requests, TRUTH_NOTED says so."""

import os

from work import kinds, note, now

noted = os.environ.get("TRUTH_NOTED") == "1"


def application(environ, start):
    began = now()
    kind = environ["PATH_INFO"].strip("/")
    if kind in kinds:
        kinds[kind](float(environ["QUERY_STRING"]))
    if not noted and kind in kinds:
        note(began, now())
    headers = [("Content-Length", "2"), ("Content-Type", "text/plain")]
    # By the same clock: how long it took from when the client sent it until a worker had read it.
    if "HTTP_X_SENT" in environ:
        headers.append(("X-Waited", f"{began - float(environ['HTTP_X_SENT']):.6f}"))
    start("200 OK", headers)
    return [b"ok"]
