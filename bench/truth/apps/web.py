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
    start("200 OK", [("Content-Length", "2"), ("Content-Type", "text/plain")])
    return [b"ok"]
