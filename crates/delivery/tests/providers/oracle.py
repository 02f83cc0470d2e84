"""Callbacks and requests as the providers' own libraries sign them, for one fixed moment, as JSON.

What it prints is kept in tests/fixtures/providers/oracle.json, so that the tests run without Python; the interop test
runs it again and compares. Needs from PyPI: twilio plivo messagebird PyJWT PyNaCl sinch vonage-http-client botocore
cryptography.
"""

import base64
import datetime
import hashlib
import hmac
import json
import pathlib
import warnings
from urllib.parse import urlencode

warnings.simplefilter("ignore")

import botocore.auth
import jwt
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from nacl.signing import SigningKey
from plivo.utils import signature_v3, validate_signature
from sinch.domains.authentication.sinch_events.v1 import authentication_validation as sinch
from twilio.request_validator import RequestValidator
from vonage_http_client.auth import Auth

NOW = 1_795_269_909
BASE = "https://accounts.acme.example/callbacks/"
TOKEN = "0123456789abcdefghijklmn"
FORM = "application/x-www-form-urlencoded"
FIXTURES = pathlib.Path(__file__).parent.parent / "fixtures" / "providers"
callbacks = []


def says(name, provider, account, body="", headers=None, query="", token=None, method="POST"):
    callbacks.append({
        "name": name, "provider": provider, "account": account, "token": token, "method": method, "query": query,
        "headers": headers or {}, "body": body,
    })


def twilio():
    account = {"account_sid": "AC0123", "auth_token": "twilio-auth-token"}
    validator = RequestValidator(account["auth_token"])
    url = BASE + "twilio"

    def form(name, params, signed_url=url, query=""):
        pairs = [(key, one) for key, value in params.items() for one in ([value] if isinstance(value, str) else value)]
        known = type("Multi", (dict,), {"getall": lambda self, key: [v for k, v in pairs if k == key]})(params)
        signature = validator.compute_signature(signed_url + query, known)
        assert validator.validate(signed_url + query, known, signature)
        headers = {"content-type": FORM, "x-twilio-signature": signature}
        says(name, "twilio", account, urlencode(pairs), headers, query)

    status = {"MessageSid": "SM77", "MessageStatus": "undelivered", "ErrorCode": "30003", "To": "+4915112345678",
              "From": "+15005550006", "AccountSid": "AC0123"}
    form("twilio status", status)
    form("twilio status with port", status, BASE.replace("example/", "example:443/") + "twilio")
    form("twilio text", {"MessageSid": "SM78", "SmsStatus": "received", "From": "+4915112345678",
                         "To": "+15005550006", "Body": "Größe & 482913 = + €"})
    form("twilio repeated parameter", {"MessageSid": "SM79", "MessageStatus": "delivered", "Tag": ["b", "a", "b"]})
    form("twilio query", {"CallSid": "CA80", "CallStatus": "no-answer"}, query="?x=1&y=%20z")
    body = '{"MessageSid":"SM81","MessageStatus":"delivered"}'
    query = "?bodySHA256=" + validator.compute_hash(body)
    signature = validator.compute_signature(url + query, {})
    assert validator.validate(url + query, body, signature)
    says("twilio json", "twilio", account, body,
         {"content-type": "application/json", "x-twilio-signature": signature}, query)


def plivo():
    account = {"auth_id": "MA0123", "auth_token": "plivo-auth-token"}

    def third(name, params, query="", more=""):
        url, nonce = BASE + "plivo" + query, "05429567804466091622"
        signed = signature_v3.construct_post_url(url, dict(params)).decode()
        signature = signature_v3.get_signature_v3(account["auth_token"], signed, nonce).decode()
        assert signature_v3.validate_v3_signature("POST", url, nonce, account["auth_token"], signature, dict(params))
        says(name, "plivo", account, urlencode(params),
             {"content-type": FORM, "x-plivo-signature-v3": more + signature, "x-plivo-signature-v3-nonce": nonce},
             query)

    status = {"MessageUUID": "b2f0-77", "Status": "undelivered", "ErrorCode": "200", "To": "4915112345678",
              "From": "15005550006", "MCC": "262", "MNC": "01"}
    third("plivo status", status)
    third("plivo status, two tokens", status, more="c29tZXRoaW5nIGVsc2U=,")
    third("plivo status with query", status, "?z=1&a=2")
    third("plivo text", {"MessageUUID": "b2f0-78", "From": "4915112345678", "To": "15005550006", "Text": "482913 €"})
    url, nonce = BASE + "plivo/" + TOKEN, "12345"
    mac = hmac.new(account["auth_token"].encode(), (url + nonce).encode(), hashlib.sha256)
    signature = base64.b64encode(mac.digest()).decode()
    assert validate_signature(url, nonce, signature, account["auth_token"])
    says("plivo second scheme", "plivo", account, urlencode(status),
         {"content-type": FORM, "x-plivo-signature-v2": signature, "x-plivo-signature-v2-nonce": nonce}, token=TOKEN)


def telnyx():
    key = SigningKey(bytes(range(32)))
    account = {"api_key": "KEY0123", "public_key": base64.b64encode(key.verify_key.encode()).decode()}

    def event(name, kind, payload):
        body = json.dumps({"data": {"event_type": kind, "id": "e-1", "payload": payload}}, ensure_ascii=False)
        signed = f"{NOW}|{body}".encode()
        signature = base64.b64encode(key.sign(signed).signature).decode()
        says(name, "telnyx", account, body, {"content-type": "application/json", "telnyx-timestamp": str(NOW),
                                             "telnyx-signature-ed25519": signature})

    event("telnyx delivered", "message.finalized",
          {"id": "tx-77", "to": [{"phone_number": "+4915112345678", "status": "delivered"}], "errors": []})
    event("telnyx failed", "message.finalized",
          {"id": "tx-78", "to": [{"phone_number": "+4915112345678", "status": "delivery_failed"}],
           "errors": [{"code": "40008", "title": "Undeliverable +4915112345678"}]})
    event("telnyx text", "message.received",
          {"id": "tx-79", "from": {"phone_number": "+4915112345678"}, "to": [{"phone_number": "+15005550006"}],
           "text": "482913 grün"})


def messagebird():
    account = {"access_key": "live_0123", "signing_key": "messagebird-signing-key"}

    def report(name, fields, algorithm, method="GET", **more):
        query = "?" + urlencode(fields) if method == "GET" else ""
        body = "" if method == "GET" else urlencode(fields)
        url = BASE + "messagebird" + query
        claims = {"iss": "MessageBird", "nbf": NOW, "exp": NOW + 60, "jti": "j-1",
                  "url_hash": hashlib.sha256(url.encode()).hexdigest()}
        if body:
            claims["payload_hash"] = hashlib.sha256(body.encode()).hexdigest()
        claims.update(more)
        token = jwt.encode(claims, account["signing_key"], algorithm)
        headers = {"messagebird-signature-jwt": token}
        if body:
            headers["content-type"] = FORM
        says(name, "messagebird", account, body, headers, query, method=method)

    status = {"id": "mb77", "reference": "msg_1", "recipient": "4915112345678", "status": "delivery_failed",
              "statusErrorCode": "104"}
    report("messagebird status", status, "HS256")
    report("messagebird status HS512", status, "HS512")
    report("messagebird text", {"id": "mb78", "originator": "4915112345678", "recipient": "15005550006",
                                "body": "482913"}, "HS384", "POST")
    report("messagebird wrong issuer", status, "HS256", iss="Somebody")
    report("messagebird expired", status, "HS256", exp=NOW - 1)
    report("messagebird long ago", status, "HS256", nbf=NOW - 86_400, exp=NOW + 86_400)


def sinch_sms():
    account = {"service_plan_id": "plan7", "api_token": "sinch-api-token", "callback_secret": "sinch-secret"}

    def event(name, event):
        body, nonce = json.dumps(event), "01FJA8B4A7BM43YGWSG9GBV067"
        signed = sinch.compute_signed_data(body, nonce, str(NOW))
        headers = {"content-type": "application/json", "x-sinch-webhook-signature-algorithm": "HmacSHA256",
                   "x-sinch-webhook-signature-nonce": nonce, "x-sinch-webhook-signature-timestamp": str(NOW),
                   "x-sinch-webhook-signature": sinch.calculate_sinch_event_signature(
                       signed, account["callback_secret"])}
        assert sinch.validate_sinch_event_signature_with_nonce(account["callback_secret"], headers, body)
        says(name, "sinch", account, body, headers)

    event("sinch failed", {"type": "recipient_delivery_report_sms", "batch_id": "01SB77", "code": 406,
                           "recipient": "4915112345678", "status": "Rejected", "at": "2026-11-21T09:25:09Z"})
    event("sinch delivered, summary", {"type": "delivery_report_sms", "batch_id": "01SB78",
                                       "statuses": [{"code": 0, "count": 1, "status": "Delivered"}]})
    event("sinch text", {"type": "mo_text", "from": "4915112345678", "to": "15005550006", "body": "482913", "id": "i"})


def vonage():
    account = {"api_key": "abcd1234", "signature_secret": "vonage-signature-secret"}

    def report(name, fields, method, how):
        auth = Auth(api_key="abcd1234", signature_secret=account["signature_secret"], signature_method=how)
        fields = {**fields, "timestamp": str(NOW), "nonce": "n-1"}
        fields["sig"] = auth.sign_params(dict(fields))
        assert auth.check_signature(dict(fields))
        own = {**account, "signature_method": how}
        if method == "json":
            says(name, "vonage", own, json.dumps(fields), {"content-type": "application/json"})
        elif method == "POST":
            says(name, "vonage", own, urlencode(fields), {"content-type": FORM})
        else:
            says(name, "vonage", own, query="?" + urlencode(fields), method="GET")

    status = {"msisdn": "4915112345678", "to": "Acme", "network-code": "26201", "messageId": "0C000077",
              "status": "failed", "err-code": "6", "scts": "2611210925", "client-ref": "a&b=c"}
    report("vonage status", status, "GET", "sha256")
    report("vonage status, form, sha512", status, "POST", "sha512")
    report("vonage status, json, sha1", status, "json", "sha1")
    report("vonage text", {"msisdn": "4915112345678", "to": "15005550006", "messageId": "0C000078",
                           "text": "482913 & = €", "type": "unicode"}, "GET", "sha256")


def whatsapp():
    account = {"phone_number_id": "1066", "access_token": "EAAG", "app_secret": "whatsapp-app-secret",
               "verify_token": "whatsapp-verify-token", "template": "code", "languages": ["en_US", "de"]}

    def event(name, value, number="1066"):
        value = {"messaging_product": "whatsapp",
                 "metadata": {"display_phone_number": "15005550006", "phone_number_id": number}, **value}
        body = json.dumps({"object": "whatsapp_business_account",
                           "entry": [{"id": "0", "changes": [{"field": "messages", "value": value}]}]})
        signature = hmac.new(account["app_secret"].encode(), body.encode(), hashlib.sha256).hexdigest()
        says(name, "whatsapp", account, body,
             {"content-type": "application/json", "x-hub-signature-256": "sha256=" + signature})

    event("whatsapp statuses", {"statuses": [
        {"id": "wamid.77", "status": "read", "recipient_id": "4915112345678"},
        {"id": "wamid.78", "status": "failed", "errors": [{"code": 131026, "title": "Message undeliverable"}]}]})
    event("whatsapp text", {"messages": [
        {"from": "4915112345678", "id": "wamid.79", "type": "text", "text": {"body": "482913"}},
        {"from": "4915112345678", "id": "wamid.80", "type": "image"}]})
    event("whatsapp, another number", {"statuses": [{"id": "wamid.81", "status": "read"}]}, "2077")


def generic():
    account = {"url": "https://sms.example/send", "secret": "generic-secret",
               "receipt": {"id": "/report/id", "status": "/report/status", "error": "/report/code",
                           "delivered": ["DELIVRD"], "failed": ["UNDELIV", "EXPIRED"]},
               "inbound": {"from": "/mo/from", "to": "/mo/to", "text": "/mo/text"}}

    def event(name, event):
        body = json.dumps(event)
        mac = hmac.new(account["secret"].encode(), f"{NOW}.{body}".encode(), hashlib.sha256).hexdigest()
        says(name, "generic", account, body, {"content-type": "application/json", "x-signature": f"t={NOW},v1={mac}"})

    event("generic failed", {"report": {"id": "g77", "status": "UNDELIV", "code": "031"}})
    event("generic text", {"mo": {"from": "4915112345678", "to": "15005550006", "text": "482913"}})


def sns():
    arn = "arn:aws:sns:eu-central-1:123456789012:receipts"
    account = {"region": "eu-central-1", "access_key_id": "AKIDEXAMPLE", "secret_access_key": "wJalr",
               "topic_arn": arn}
    key = serialization.load_pem_private_key((FIXTURES / "sns.key.pem").read_bytes(), None)
    host = "https://sns.eu-central-1.amazonaws.com"

    def post(name, kind, message, version="2", **more):
        fields = {"Type": kind, "MessageId": "m-1", "TopicArn": arn, "Message": message,
                  "Timestamp": "2026-11-21T14:05:09.123Z", **more}
        signed = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]
        if kind == "Notification":
            signed = [name for name in signed if name not in ("SubscribeURL", "Token")]
        text = "".join(f"{name}\n{fields[name]}\n" for name in signed if name in fields)
        digest = hashes.SHA256() if version == "2" else hashes.SHA1()
        signature = key.sign(text.encode(), padding.PKCS1v15(), digest)
        fields |= {"SignatureVersion": version, "Signature": base64.b64encode(signature).decode(),
                   "SigningCertURL": host + "/SimpleNotificationService-0123abcd.pem"}
        says(name, "aws", account, json.dumps(fields), {"content-type": "text/plain; charset=UTF-8"})

    def event(kind, **more):
        return json.dumps({"eventType": kind, "messageId": "aws-77", "isFinal": True,
                           "destinationPhoneNumber": "+4915112345678", **more})

    post("aws delivered", "Notification", event("TEXT_DELIVERED", messageStatus="DELIVERED"))
    post("aws failed, version 1", "Notification",
         event("TEXT_CARRIER_UNREACHABLE", messageStatus="CARRIER_UNREACHABLE"), "1", Subject="Größe")
    post("aws on its way", "Notification", event("TEXT_SUCCESSFUL", messageStatus="SUCCESSFUL", isFinal=False))
    post("aws text", "Notification", json.dumps({
        "originationNumber": "+4915112345678", "destinationNumber": "+15005550006", "messageKeyword": "KEYWORD",
        "messageBody": "482913", "inboundMessageId": "i-1"}))
    post("aws confirmation", "SubscriptionConfirmation", "You have chosen to subscribe", Token="t0k3n",
         SubscribeURL=host + "/?Action=ConfirmSubscription&TopicArn=" + arn + "&Token=t0k3n")
    post("aws confirmation elsewhere", "SubscriptionConfirmation", "You have chosen to subscribe", Token="t0k3n",
         SubscribeURL="https://evil.example/?Action=ConfirmSubscription")


def sigv4(token):
    moment = datetime.datetime.fromtimestamp(NOW, datetime.timezone.utc)
    botocore.auth.get_current_datetime = lambda *_, **__: moment.replace(tzinfo=None)
    body = '{"DestinationPhoneNumber":"+4915112345678"}'
    request = AWSRequest("POST", "https://sms-voice.eu-central-1.amazonaws.com/", data=body, headers={
        "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "PinpointSMSVoiceV2.SendTextMessage"})
    credentials = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", token)
    botocore.auth.SigV4Auth(credentials, "sms-voice", "eu-central-1").add_auth(request)
    return {"body": body, "date": request.headers["X-Amz-Date"], "authorization": request.headers["Authorization"]}


def vonage_request():
    fields = {"api_key": "abcd1234", "from": "Acme", "to": "4915112345678", "text": "a&b=c", "timestamp": str(NOW)}
    auth = Auth(api_key="abcd1234", signature_secret="vonage-signature-secret", signature_method="sha256")
    return {"fields": fields, "sig": auth.sign_params(dict(fields))}


for provider in (twilio, plivo, telnyx, messagebird, sinch_sms, vonage, whatsapp, generic, sns):
    provider()
print(json.dumps({
    "now_s": NOW,
    "callbacks": callbacks,
    "sigv4": sigv4(None),
    "sigv4_temporary": sigv4("session-token"),
    "vonage_request": vonage_request(),
}, indent=1, ensure_ascii=False))
