// An SMSC made of the npm package `smpp` that does to a client all that carriers do on their worst day: answers out of
// order, throttles, is unwell, keeps answers back, hangs up in the middle of a window, and sends units and receipts
// that nobody should. Each misdeed has its turn by the count of submits, so that a run is like any other, and they end
// after a while. Tells every submit that it read, by number and part, as one line of JSON on standard output.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { join } from "node:path";

const require = createRequire(join(process.env.COUNTERSIGN_TEST_NODE_MODULES, "from-here.js"));
const smpp = require("smpp");

const tell = (event) => process.stdout.write(JSON.stringify(event) + "\n");
let submits = 0;
let hangUps = 0;
let nextId = 0x1000;

const unit = (commandId, status, sequence, body = []) => {
  const buffer = Buffer.alloc(16 + body.length);
  [buffer.length, commandId, status, sequence].forEach((word, at) => buffer.writeUInt32BE(word >>> 0, 4 * at));
  Buffer.from(body).copy(buffer, 16);
  return buffer;
};

// Units with a believable length and nothing believable else.
const GARBAGE = [
  unit(0x00000777, 0, 77), // a command nobody has
  unit(0x80000777, 0, 78), // an answer to it
  unit(0x80000004, 0, 0x7ffffff0, [65, 0]), // an answer to a submit that was never made
  unit(0x80000004, 0, 0), // and one to number 0
  unit(0x80000000, 3, 0x7fffffee), // a generic_nack about nothing
  unit(0x00000005, 0, 79, [0xff, 0xff, 0xff]), // a deliver_sm that ends in its first field
  unit(0x00000005, 0, 80), // and one without any
  // says 200 octets, has one
  unit(0x00000005, 0, 81, [0, 1, 1, 49, 0, 1, 1, 50, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 200, 1]),
  unit(0x00000103, 0, 82, [0, 0, 0]), // a data_sm cut short
  unit(0x0000000b, 0, 83, [0, 0]), // an outbind in the middle of a session
  unit(0x80000015, 0, 84), // an answer to an enquire_link that was never asked
];

const oddReceipts = (to, id) => [
  { short_message: `id:${id}` }, // no state
  { short_message: "stat:DELIVRD err:000" }, // no id
  { short_message: `ID:${id} STAT:delivrd Err:000 TEXT:id:1 stat:REJECTD` },
  { short_message: "", receipted_message_id: String(id), message_state: 2 },
  { short_message: "id:ffffffffffffffffffffffffffffffffffffffffffff stat:DELIVRD err:000" }, // beyond any integer
  { short_message: `id:${id} stat:NONSENSE done date:99 err:` },
].map((receipt) => ({
  esm_class: smpp.ESM_CLASS.MC_DELIVERY_RECEIPT,
  source_addr: to,
  destination_addr: "Acme",
  ...receipt,
}));

const server = smpp.createServer((session) => {
  let held = [];
  const flush = () => {
    const answers = held.reverse();
    held = [];
    for (const answer of answers) session.send(answer);
  };
  session.on("error", () => {});
  session.on("close", () => {
    held = [];
  });
  session.on("bind_transceiver", (pdu) => {
    session.send(pdu.response({ system_id: "npm" }));
    tell({ event: "bound" });
  });
  session.on("enquire_link", (pdu) => session.send(pdu.response()));
  session.on("unbind", (pdu) => {
    flush();
    tell({ event: "unbind" });
    session.send(pdu.response());
    session.close();
  });
  session.on("submit_sm", (pdu) => {
    const turn = ++submits;
    const { udh } = pdu.short_message;
    const part = udh ? udh[0][udh[0].length - 1] : 1;
    const id = nextId++;
    tell({ event: "submit", to: pdu.destination_addr, part });
    const say = (fields) => held.push(pdu.response(fields));
    if (turn >= 40 && turn < 60) say({ command_status: smpp.ESME_RTHROTTLED });
    else if (turn % 29 === 0 && turn < 500)
      say({ command_status: turn % 2 ? smpp.ESME_RSYSERR : smpp.ESME_RUNKNOWNERR });
    else if (turn % 97 !== 0 || turn > 500) say({ message_id: id.toString(16) }); // else no answer, ever
    if (turn % 13 === 0) session.socket.write(GARBAGE[(turn / 13) % GARBAGE.length]);
    if (turn % 17 === 0) {
      const receipts = oddReceipts(pdu.destination_addr, id);
      session.deliver_sm(receipts[(turn / 17) % receipts.length], () => tell({ event: "acknowledged" }));
    }
    if (turn % 83 === 0)
      session.deliver_sm({ source_addr: pdu.destination_addr, destination_addr: "72345", short_message: "STOP" });
    if (turn % 71 === 0 && hangUps < 6) {
      hangUps += 1;
      if (hangUps % 3 === 0) session.socket.write(Buffer.alloc(64, 0xff)); // a length that nobody can read
      else if (hangUps % 3 === 1) session.socket.destroy(); // a window of answers with it
      else session.unbind(); // and does not wait
      return;
    }
    if (held.length >= 7) flush();
    else setTimeout(flush, 5);
  });
});

server.listen(0, "127.0.0.1", () => tell({ event: "listening", port: server.address().port }));

// The test is gone when its end of the pipe is.
createInterface({ input: process.stdin }).on("close", () => process.exit(0));
