#!/usr/bin/env python3
"""One measured run of Kannel, and the table of all of them. Started by kannel.sh.

`run` starts the command that hands Kannel its messages, stands in for the application that Kannel tells of
receipts (its dlr-url), and watches bearerbox's own counts until everything is in. It counts what it is told
and writes nothing down, so an application that stores its receipts is slower than what is printed here.
`report` picks the best run of each setup and prints the table, or one line of JSON.
"""

import argparse
import asyncio
import json
import re
import sys
import time

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
POLL_S = 0.1
READY_S_MAX = 15
# Nothing new for so long after the last submit: what is missing now does not come.
STANDSTILL_S = 4


class Receipts(asyncio.Protocol):
    """GET after GET on connections kept open; the path is the SMSC's own id of the message."""

    told = 0
    ids = set()
    last_at = 0.0

    def connection_made(self, transport):
        self.transport, self.held = transport, b""

    def data_received(self, data):
        *requests, self.held = (self.held + data).split(b"\r\n\r\n")
        for request in requests:
            Receipts.told += 1
            Receipts.ids.add(request[4 : request.find(b" ", 4)])
            self.transport.write(ANSWER)
        Receipts.last_at = time.monotonic()


class Status:
    """What bearerbox says of itself (status.xml), over one connection for as long as it keeps it."""

    def __init__(self, port, password):
        self.port, self.writer = port, None
        self.request = f"GET /status.xml?password={password} HTTP/1.1\r\nHost: kannel\r\n\r\n".encode()

    async def page(self):
        try:
            if self.writer is None:
                self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
            self.writer.write(self.request)
            head = await self.reader.readuntil(b"\r\n\r\n")
            length = int(re.search(rb"(?i)content-length: *(\d+)", head).group(1))
            return (await self.reader.readexactly(length)).decode("latin-1")
        except (OSError, asyncio.IncompleteReadError):
            self.writer = None
            return None

    async def counts(self):
        page = await self.page()
        if page is None:
            return None
        sms = re.search(r"<sms>.*?</sms>", page, re.S).group()
        dlr = re.search(r"<dlr>.*?</dlr>", page, re.S).group()

        def number(pattern, text):
            return int(re.search(pattern, text, re.S).group(1))

        return {
            "sent": number(r"<sent>.*?<total>(\d+)", sms),
            "matched": number(r"<received>.*?<total>(\d+)", dlr),
            "unmatched": number(r"<queued>(-?\d+)", dlr),
            "in_store": number(r"<storesize>(-?\d+)", sms),
            "failed": number(r"<failed>(\d+)", page),
        }

    async def ready(self):
        """Waits until the bind stands and smsbox is there."""
        for _ in range(int(READY_S_MAX / POLL_S)):
            page = await self.page()
            if page and "<status>online" in page and "<id>box</id>" in page:
                return
            await asyncio.sleep(POLL_S)
        sys.exit("Kannel did not bind; its logs are in the folder that --keep leaves behind")


async def watch(arguments, status, started):
    """Until everything is in, nothing moves any more, or the limit is reached."""
    submitted_s = matched_s = seen = None
    moved = started
    while True:
        await asyncio.sleep(POLL_S)
        counts, now = await status.counts(), time.monotonic()
        if counts is None:
            return {}, submitted_s, matched_s, False
        if submitted_s is None and counts["sent"] >= arguments.count:
            submitted_s = now - started
        if matched_s is None and counts["matched"] >= arguments.count:
            matched_s = now - started
        state = (counts["sent"], counts["matched"], counts["in_store"], Receipts.told)
        if state != seen:
            seen, moved = state, now
        told = len(Receipts.ids) >= arguments.count or arguments.setup.endswith(":off")
        if told and submitted_s and counts["in_store"] <= 0:
            return counts, submitted_s, matched_s, True
        if now - started > arguments.limit or (submitted_s and now - moved > STANDSTILL_S):
            return counts, submitted_s, matched_s, False


async def run(arguments):
    await asyncio.get_running_loop().create_server(Receipts, "127.0.0.1", arguments.receipts_port)
    status = Status(arguments.admin_port, arguments.admin_password)
    await status.ready()
    quiet = asyncio.subprocess.DEVNULL
    started = time.monotonic()
    feeder = await asyncio.create_subprocess_exec(*arguments.feeder, stdin=quiet, stdout=quiet, stderr=quiet)
    counts, submitted_s, matched_s, complete = await watch(arguments, status, started)
    if feeder.returncode is None:
        feeder.terminate()
    await feeder.wait()

    def per_s(seconds):
        return round(arguments.count / seconds) if seconds else None

    return {
        "setup": arguments.setup,
        "count": arguments.count,
        "complete": complete,
        "submits_per_s": per_s(submitted_s),
        "matched_per_s": per_s(matched_s),
        "end_to_end_per_s": per_s(Receipts.last_at - started) if complete and Receipts.told else None,
        "told": len(Receipts.ids),
        **counts,
    }


def survives(setup):
    """What no message and no receipt is lost by: Kannel's stores, as their system calls show."""
    _, store, dlr = setup.split(":")
    if store == "none":
        return "nothing"
    if dlr == "off":
        return "messages: kill"
    if dlr == "internal":
        return "messages: kill; receipts: nothing"
    return "messages: kill; receipts: power cut" if dlr == "sqlite3" else "kill"


def report(arguments):
    with open(arguments.results, encoding="ascii") as lines:
        runs = [json.loads(line) for line in lines]
    best = {}
    for one in runs:
        one["survives"] = survives(one["setup"])
        kept = best.get(one["setup"])
        rank = (one["end_to_end_per_s"] or 0, one["submits_per_s"] or 0)
        if kept is None or rank > (kept["end_to_end_per_s"] or 0, kept["submits_per_s"] or 0):
            best[one["setup"]] = one
    rows = list(best.values())
    lasting = [row for row in rows if "nothing" not in row["survives"] and row["end_to_end_per_s"]]
    fastest = max(lasting, key=lambda row: row["end_to_end_per_s"], default=None)
    if arguments.json:
        head = {"kannel": arguments.kannel, "window": arguments.window}
        print(json.dumps({**head, "setups": rows, "fastest_lasting": fastest}))
    else:
        count = rows[0]["count"]
        print(f"Kannel {arguments.kannel}, one bind, window {arguments.window}, {count} messages, best run")
        print(f"{'feed:store:receipts':26}{'submits/s':>10}{'matched/s':>11}{'end to end/s':>14}  survives")
        for row in rows:
            figures = [row[name] or "-" for name in ("submits_per_s", "matched_per_s", "end_to_end_per_s")]
            print(f"{row['setup']:26}{figures[0]:>10}{figures[1]:>11}{figures[2]:>14}  {row['survives']}")
            if not row["complete"]:
                told, sent = row["told"], row.get("sent", 0)
                print(f"  not complete: {sent} sent, {told} receipts told, {row.get('unmatched')} never came")
    return 0 if all(row["complete"] for row in rows) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("run")
    one.add_argument("--setup", required=True)
    one.add_argument("--count", type=int, required=True)
    one.add_argument("--limit", type=int, required=True, help="seconds")
    one.add_argument("--receipts-port", type=int, required=True, help="where the dlr-url points")
    one.add_argument("--admin-port", type=int, required=True)
    one.add_argument("--admin-password", required=True)
    one.add_argument("feeder", nargs="+")
    table = commands.add_parser("report")
    table.add_argument("--kannel", required=True)
    table.add_argument("--window", type=int, required=True)
    table.add_argument("--json", action="store_true")
    table.add_argument("results")
    arguments = parser.parse_args()
    if arguments.command == "report":
        return report(arguments)
    print(json.dumps(asyncio.run(run(arguments))))
    return 0


sys.exit(main())
