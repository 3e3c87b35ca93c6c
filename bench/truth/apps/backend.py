"""Stands for a database: whoever connects sends a line with seconds, and gets a line after so long."""

import asyncio
import sys


async def serve(reader, writer):
    try:
        while line := await reader.readline():
            await asyncio.sleep(float(line))
            writer.write(b"ok\n")
            await writer.drain()
    except (ConnectionError, ValueError):
        pass
    finally:
        writer.close()


async def main():
    for address in sys.argv[1:]:
        if address.startswith("/"):
            await asyncio.start_unix_server(serve, address)
        else:
            await asyncio.start_server(serve, "127.0.0.1", int(address), backlog=512)
    print("ready", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
