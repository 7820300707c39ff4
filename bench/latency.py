"""How long a command takes when PostgreSQL is far away, and how often it goes there.

    python bench/latency.py --url postgresql://... --ms 10 -- invoke verify

runs the command with DATABASE_URL pointing to a proxy that holds everything back by so many
milliseconds in each direction, the opening of a connection included. A trip is a burst of the
client that begins after the server spoke. Saying goodbye is none, unless it is encrypted: then
nobody can tell. The command keeps its stdout and its exit code; the counts go to stderr.
"""

import argparse
import asyncio
import os
import sys
import time
from urllib.parse import urlsplit


class Counts:
    """What went by, of all connections together."""

    def __init__(self) -> None:
        self.trips = self.connections = self.sent = self.received = 0


class Connection:
    """One client's way to the server and back."""

    def __init__(self, counts: Counts, delay: float) -> None:
        self.counts = counts
        self.delay = delay  # seconds, each way
        self.server_spoke = True

    async def carry(self, client, server) -> None:
        """Carry both ways, each a pair of a reader and a writer, until both have hung up."""
        self.counts.connections += 1
        await asyncio.gather(
            self.pump(client[0], server[1], self.ask, lambda: None),
            self.pump(server[0], client[1], self.answer, self.arrive),
        )

    def ask(self, data: bytes) -> None:
        self.counts.sent += len(data)
        self.counts.trips += self.server_spoke and data[:1] != b"X"
        self.server_spoke = False

    def answer(self, data: bytes) -> None:
        self.counts.received += len(data)

    def arrive(self) -> None:
        self.server_spoke = True

    async def pump(self, reader, writer, leave, arrive) -> None:
        """Hand on each chunk when it is due, without keeping the next one from setting out."""
        on_the_way: asyncio.Queue = asyncio.Queue()
        handing = asyncio.create_task(self.hand_on(on_the_way, writer, arrive))
        while data := await read(reader):
            leave(data)
            on_the_way.put_nowait((now() + self.delay, data))
        on_the_way.put_nowait((now() + self.delay, b""))
        await handing

    async def hand_on(self, on_the_way, writer, arrive) -> None:
        while True:
            due, data = await on_the_way.get()
            await asyncio.sleep(due - now())
            if not data or writer.is_closing():
                writer.close()
                return
            arrive()
            writer.write(data)


async def read(reader: asyncio.StreamReader) -> bytes:
    """The next bytes; none when the other side is gone, politely or not."""
    try:
        return await reader.read(65536)
    except ConnectionError:
        return b""


def now() -> float:
    return asyncio.get_running_loop().time()


async def measure(url: str, delay: float, command: list[str]) -> int:
    """Run the command at a distance, tell what it cost, and return its exit code."""
    far, counts, links = urlsplit(url), Counts(), set()

    async def serve(*client) -> None:
        links.add(asyncio.current_task())
        await asyncio.sleep(2 * delay)  # the handshake, which the local kernel has answered at once
        try:
            server = await asyncio.open_connection(far.hostname or "127.0.0.1", far.port or 5432)
        except OSError:
            client[1].close()
        else:
            await Connection(counts, delay).carry(client, server)

    proxy = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = proxy.sockets[0].getsockname()[1]
    near = far._replace(netloc=f"{far.netloc.rpartition('@')[0]}@127.0.0.1:{port}").geturl()
    begun = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *command, env=os.environ | {"DATABASE_URL": near}
    )
    code = await process.wait()
    tell(counts, time.perf_counter() - begun)
    proxy.close()
    if links:  # goodbyes are still on their way
        await asyncio.wait(links, timeout=1 + 4 * delay)
    return code


def tell(counts: Counts, seconds: float) -> None:
    print(
        f"trips {counts.trips}  connections {counts.connections}  "
        f"bytes {counts.sent} out, {counts.received} in  seconds {seconds:.2f}",
        file=sys.stderr,
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--url", required=True, help="the URL of the database")
    parser.add_argument("--ms", type=float, default=10, help="milliseconds each way (10)")
    parser.add_argument("command", nargs="+", help="after --")
    options = parser.parse_args()
    return asyncio.run(measure(options.url, options.ms / 1000, options.command))


if __name__ == "__main__":
    sys.exit(main())
