// An SMSC made of the npm package `smpp`, for the tests of our client. It accepts one account, answers every submit, sends
// a receipt for each, asks once whether the client lives, and tells what it saw as one line of JSON per event on standard
// output. Ids are hexadecimal in answers and decimal in receipts, as on the carriers that Kannel's `msg-id-type` is for.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { join } from "node:path";

const require = createRequire(join(process.env.COUNTERSIGN_TEST_NODE_MODULES, "from-here.js"));
const smpp = require("smpp");

const tell = (event) => process.stdout.write(JSON.stringify(event) + "\n");
let nextId = 0xab12;

// As `ssmpp://` has it, if there is a certificate.
const { COUNTERSIGN_TEST_TLS_KEY: key, COUNTERSIGN_TEST_TLS_CERTIFICATE: cert } = process.env;
const server = smpp.createServer(key ? { key, cert } : {}, (session) => {
  session.on("error", (error) => tell({ event: "error", message: String(error) }));
  session.on("bind_transceiver", (pdu) => {
    const right = pdu.system_id === "acme" && pdu.password === "hunter2";
    tell({ event: "bind", system_id: pdu.system_id, version: pdu.interface_version, right });
    session.send(pdu.response(right ? { system_id: "npm" } : { command_status: smpp.ESME_RINVPASWD }));
    if (right) session.enquire_link((answer) => tell({ event: "alive", status: answer.command_status }));
  });
  session.on("submit_sm", (pdu) => {
    const id = nextId++;
    const { message, udh } = pdu.short_message;
    tell({
      event: "submit",
      to: pdu.destination_addr,
      to_ton: pdu.dest_addr_ton,
      from: pdu.source_addr,
      from_ton: pdu.source_addr_ton,
      data_coding: pdu.data_coding,
      esm_class: pdu.esm_class,
      registered_delivery: pdu.registered_delivery,
      validity_period: String(pdu.validity_period),
      text: message,
      udh: udh ? udh.map((element) => [...element]) : [],
    });
    session.send(pdu.response({ message_id: id.toString(16).toUpperCase() }));
    if (pdu.registered_delivery !== 1) return;
    session.deliver_sm(
      {
        esm_class: smpp.ESM_CLASS.MC_DELIVERY_RECEIPT,
        source_addr: pdu.destination_addr,
        destination_addr: pdu.source_addr,
        short_message: `id:${id} sub:001 dlvrd:001 submit date:2611211405 done date:2611211406 stat:DELIVRD err:000 text:`,
      },
      (answer) => tell({ event: "acknowledged", status: answer.command_status }),
    );
  });
  session.on("enquire_link", (pdu) => session.send(pdu.response()));
  session.on("unbind", (pdu) => {
    tell({ event: "unbind" });
    session.send(pdu.response());
    session.close();
  });
});

server.listen(0, "127.0.0.1", () => tell({ event: "listening", port: server.address().port }));

// The test is gone when its end of the pipe is.
createInterface({ input: process.stdin }).on("close", () => process.exit(0));
