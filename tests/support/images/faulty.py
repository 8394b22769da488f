"""The example server with faults that tests switch on. In its image it is `main`; the real server is `production`.

START_DELAY_SECONDS  how long it takes until it listens
NEVER_READY=1        /readyz never says yes
POST /debug/wedge    from then on /healthz does not answer
POST /debug/allocate?mib=N  takes N MiB of memory more, and keeps them
"""

import asyncio
import os
from urllib.parse import parse_qs

from fastapi.responses import JSONResponse
from production import app as production

START_DELAY = float(os.environ.get("START_DELAY_SECONDS") or 0)
NEVER_READY = os.environ.get("NEVER_READY") == "1"

wedged = False
hoard: list[bytes] = []


async def app(scope, receive, send):
    global wedged
    if scope["type"] == "lifespan":
        # uvicorn listens only when the start is over.
        await asyncio.sleep(START_DELAY)
        return await production(scope, receive, send)

    request = (scope.get("method"), scope.get("path"))
    if request == ("POST", "/debug/wedge"):
        wedged = True
        answer = JSONResponse({"wedged": True})
    elif request == ("POST", "/debug/allocate"):
        (mib,) = parse_qs(scope["query_string"].decode())["mib"]
        hoard.append(b"\1" * (int(mib) * 1024 * 1024))  # not zeros: every page is written to
        answer = JSONResponse({"mib": sum(map(len, hoard)) // (1024 * 1024)})
    elif request == ("GET", "/healthz") and wedged:
        await asyncio.Event().wait()
        return
    elif request == ("GET", "/readyz") and NEVER_READY:
        answer = JSONResponse({"status": "never ready"}, status_code=503)
    else:
        answer = production
    await answer(scope, receive, send)
