"""An ESME that nobody here wrote: PyPI smpplib against our SMSC.

Usage: smpplib_peer.py HOST PORT SYSTEM_ID PASSWORD
Prints one line of JSON with what it saw; any surprise is an exception and a failed exit.
The numbers it sends to are those of the operators that tests/interop_smpplib.rs configures.
"""

import json
import sys

import smpplib.client
import smpplib.consts
import smpplib.exceptions
import smpplib.gsm
import smpplib.smpp

HOST, PORT, SYSTEM_ID, PASSWORD = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]

BOTH, BARE, TLV_FIRST, REFUSING = "491701234567", "4411000000", "3311000000", "2211000000"

MESSAGES = [
    (BOTH, "@ 482913 is your code {€} ~"),
    (BOTH, "код 482913 😀"),
    (BOTH, "a long one, " * 30 + "end"),
    (BOTH, "длинное сообщение " * 10 + "конец"),
    (BARE, "bare 482913"),
    (TLV_FIRST, "first 482913"),
]


def connect():
    client = smpplib.client.Client(HOST, PORT, timeout=10)
    client.connect()
    return client


def refused_bind(system_id, password):
    client = connect()
    try:
        client.bind_transceiver(system_id=system_id, password=password)
    except smpplib.exceptions.PDUError as error:
        return error.args[1]
    finally:
        client.disconnect()
    raise AssertionError("the bind was not refused")


def converse():
    answers, receipts, order = {}, [], []
    client = connect()

    def answered(pdu):
        answers[pdu.sequence] = (pdu.status, (pdu.message_id or b"").decode())
        order.append("answer")

    def received(pdu):
        order.append("receipt")
        receipts.append(
            {
                "esm_class": pdu.esm_class,
                "from": pdu.source_addr.decode(),
                "to": pdu.destination_addr.decode(),
                "text": (pdu.short_message or b"").decode(),
                "id": (pdu.receipted_message_id or b"").decode() or None,
                "state": pdu.message_state,
            }
        )

    client.set_message_sent_handler(answered)
    client.set_message_received_handler(received)
    # A refused submit is an answer like any other, not an exception.
    client.set_error_pdu_handler(lambda pdu: None)
    client.bind_transceiver(system_id=SYSTEM_ID, password=PASSWORD)

    sent = []
    for number, text in MESSAGES + [(REFUSING, "never")]:
        parts, encoding, msg_type = smpplib.gsm.make_parts(text)
        for part in parts:
            pdu = client.send_message(
                source_addr_ton=smpplib.consts.SMPP_TON_ALNUM,
                source_addr_npi=smpplib.consts.SMPP_NPI_UNK,
                source_addr="Acme",
                dest_addr_ton=smpplib.consts.SMPP_TON_INTL,
                dest_addr_npi=smpplib.consts.SMPP_NPI_ISDN,
                destination_addr=number,
                short_message=part,
                data_coding=encoding,
                esm_class=msg_type,
                registered_delivery=True,
            )
            sent.append((number, pdu.sequence))
            # One at a time, so that the order of answer and receipt is that of each message.
            wanted = 0 if number == REFUSING else 1
            before = len(receipts)
            while pdu.sequence not in answers or len(receipts) < before + wanted:
                client.read_once()

    # smpplib answers the SMSC's enquire_link by itself; this one is ours, and read_pdu gives its answer.
    enquiry = smpplib.smpp.make_pdu("enquire_link", client=client)
    client.send_pdu(enquiry)
    reply = client.read_pdu()
    client.unbind()
    client.disconnect()
    return {
        "submits": [[number, *answers[sequence]] for number, sequence in sent],
        "receipts": receipts,
        "order": order,
        "enquire_link": [reply.command, reply.status, reply.sequence == enquiry.sequence],
    }


seen = {
    "wrong_password": refused_bind(SYSTEM_ID, "wrong"),
    "wrong_system_id": refused_bind("nobody", PASSWORD),
}
seen.update(converse())
seen["messages"] = MESSAGES
print(json.dumps(seen))
