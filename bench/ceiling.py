#!/usr/bin/env python3
"""The most that an SMSC takes from one bind: a full window of submits, receipts answered, nothing else done.

No sender can be measured above this figure with this SMSC; when one comes near it, the SMSC was measured. It
keeps no message, matches no receipt and writes nothing down, so it is no rival of anybody. It sends exactly
COUNT messages.

    bench/ceiling.py HOST PORT SYSTEM_ID PASSWORD [--count 50000] [--window 100] [--limit 60] [--json]
"""

import argparse
import json
import socket
import struct
import sys
import time

BIND_TRANSCEIVER, SUBMIT_SM, DELIVER_SM, ENQUIRE_LINK, RESPONSE = 0x09, 0x04, 0x05, 0x15, 0x80000000
HEAD = struct.Struct(">IIII")
DELIVER_ANSWER = struct.Struct(">IIIIB")


def frame(command, sequence, body):
    return HEAD.pack(16 + len(body), command, 0, sequence) + body


def submit(sequence):
    number = b"15%09d" % sequence
    text = b"123456 is your code"
    fields = b"\0\5\0Bench\0\1\1" + number + b"\0\0\0\0\0\0\1\0\0\0" + bytes([len(text)]) + text
    return frame(SUBMIT_SM, sequence, fields)


class Bind:
    """One session: counts answers and receipts, and answers what has to be answered."""

    def __init__(self, arguments):
        self.line = socket.create_connection((arguments.host, arguments.port), timeout=5)
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.held = b""
        self.answered = self.refused = self.receipts = 0
        self.bound = None
        name, password = arguments.system_id.encode(), arguments.password.encode()
        self.line.sendall(frame(BIND_TRANSCEIVER, 1, name + b"\0" + password + b"\0\0\x34\0\0\0"))

    def read(self):
        """Takes in what has come; gives the answers that are due."""
        chunk = self.line.recv(1 << 18)
        if not chunk:
            sys.exit("the SMSC hung up")
        held, at, answers = self.held + chunk, 0, []
        while len(held) - at >= 16:
            length, command, status, sequence = HEAD.unpack_from(held, at)
            if not 16 <= length <= 1 << 16:
                sys.exit(f"a frame of {length} octets")
            if len(held) - at < length:
                break
            at += length
            if command == SUBMIT_SM | RESPONSE:
                self.answered += 1
                self.refused += status != 0
            elif command == DELIVER_SM:
                self.receipts += 1
                answers.append(DELIVER_ANSWER.pack(17, DELIVER_SM | RESPONSE, 0, sequence, 0))
            elif command == ENQUIRE_LINK:
                answers.append(HEAD.pack(16, ENQUIRE_LINK | RESPONSE, 0, sequence))
            elif command == BIND_TRANSCEIVER | RESPONSE:
                self.bound = status == 0
        self.held = held[at:]
        return answers


def measure(arguments):
    bind = Bind(arguments)
    while bind.bound is None:
        bind.read()
    if not bind.bound:
        sys.exit("the bind was refused")
    frames = [submit(sequence) for sequence in range(2, arguments.count + 2)]
    bind.line.settimeout(arguments.limit)
    started, sent, submitted_s = time.monotonic(), 0, None
    while bind.receipts + bind.refused < arguments.count and time.monotonic() - started < arguments.limit:
        free = arguments.window - (sent - bind.answered)
        if arguments.owed:
            free = min(free, arguments.owed - (sent - bind.receipts))
        # Half a window at a time, so that neither side is woken for every message.
        submits = frames[sent:sent + free] if free * 2 >= arguments.window else []
        sent += len(submits)
        bind.line.sendall(b"".join(submits))
        try:
            bind.line.sendall(b"".join(bind.read()))
        except TimeoutError:
            break
        if submitted_s is None and bind.answered == arguments.count:
            submitted_s = time.monotonic() - started
    ended_s = time.monotonic() - started
    complete = bind.receipts == arguments.count
    return {
        "what": "ceiling",
        "count": arguments.count,
        "answered": bind.answered,
        "refused": bind.refused,
        "receipts": bind.receipts,
        "submits_per_s": round(arguments.count / submitted_s) if submitted_s else None,
        "end_to_end_per_s": round(arguments.count / ended_s) if complete else None,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    parser.add_argument("system_id")
    parser.add_argument("password")
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--window", type=int, default=100)
    owed = "most receipts outstanding; 0 for any number, if the SMSC keeps those it cannot send at once"
    parser.add_argument("--owed", type=int, default=900, help=owed)
    parser.add_argument("--limit", type=int, default=60, help="seconds")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    found = measure(arguments)
    if arguments.json:
        print(json.dumps(found))
    else:
        print("\n".join(f"{name:17} {value}" for name, value in found.items()))
    return 0 if found["receipts"] == arguments.count else 1


sys.exit(main())
