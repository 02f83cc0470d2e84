"""A mail relay made of the PyPI package `aiosmtpd`, for the tests of our mail route. Tells each email that it took as one
line of JSON, read by Python's own email package."""

import asyncio
import email
import email.policy
import json
import sys

from aiosmtpd.smtp import SMTP


def tell(**event):
    print(json.dumps(event), flush=True)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        tell(
            event="mail",
            mail_from=envelope.mail_from,
            rcpt_tos=envelope.rcpt_tos,
            sender=str(message["From"]),
            to=str(message["To"]),
            subject=str(message["Subject"]),
            message_id=str(message["Message-ID"]),
            headers=[name.lower() for name in message.keys()],
            defects=[str(defect) for defect in message.defects],
            ascii=envelope.content.isascii(),
            text=message.get_content(),
        )
        return "250 2.0.0 OK"


async def main():
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(Handler(), hostname="relay.example"), "127.0.0.1", 0
    )
    tell(event="listening", port=server.sockets[0].getsockname()[1])
    # The test is gone when its end of the pipe is.
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


asyncio.run(main())
