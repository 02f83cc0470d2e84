"""Writes crates/numbers/tests/oracle.tsv: what another implementation of libphonenumber says of thousands of numbers.

Usage (from the root of the checkout; any Python 3.9 or newer):
    python3 -m venv target/data-venv
    target/data-venv/bin/pip install phonenumbers==9.0.42
    target/data-venv/bin/python xtask/data/oracle.py > crates/numbers/tests/oracle.tsv

`phonenumbers` is a port of its own by other people. Its version is the version of the metadata, and must be the one
inside the Rust library in use (rlibphonenumber 2.2.15 carries 9.0.42), or rows differ for no fault of ours.

Rows, tab separated, in ASCII with Python's escapes:
    is      E.164   region or -   line kind   international form   national form   the E.164 in an odd layout
            (the first, and the last read without a region, and the national form read in the region, are this number)
    ok      region chosen or -   typed   E.164   region or -   line kind
    bad     region chosen or -   typed   code of the refusal
Every region and line kind gives an example; every region gives examples with digits changed, cut off and added, of which
some are still numbers: the library decides.
"""

import random
import sys

import phonenumbers as p

SCRIPT_ZEROS = [0xFF10, 0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50]
KINDS = {
    p.PhoneNumberType.FIXED_LINE: "fixed_line",
    p.PhoneNumberType.MOBILE: "mobile",
    p.PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_line_or_mobile",
    p.PhoneNumberType.TOLL_FREE: "toll_free",
    p.PhoneNumberType.PREMIUM_RATE: "premium_rate",
    p.PhoneNumberType.SHARED_COST: "shared_cost",
    p.PhoneNumberType.VOIP: "voip",
    p.PhoneNumberType.PERSONAL_NUMBER: "personal_number",
    p.PhoneNumberType.PAGER: "pager",
    p.PhoneNumberType.UAN: "uan",
    p.PhoneNumberType.VOICEMAIL: "voicemail",
}
REFUSALS = {
    p.ValidationResult.TOO_SHORT: "too_short",
    p.ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "too_short",
    p.ValidationResult.TOO_LONG: "too_long",
    p.ValidationResult.INVALID_LENGTH: "not_in_plan",
    p.ValidationResult.INVALID_COUNTRY_CODE: "unknown_calling_code",
    p.ValidationResult.IS_POSSIBLE: "not_in_plan",
}
PARSE_REFUSALS = {
    p.NumberParseException.INVALID_COUNTRY_CODE: "unknown_calling_code",
    p.NumberParseException.NOT_A_NUMBER: "too_short",  # only digits are asked here
    p.NumberParseException.TOO_SHORT_AFTER_IDD: "too_short",
    p.NumberParseException.TOO_SHORT_NSN: "too_short",
    p.NumberParseException.TOO_LONG: "too_long",
}


def e164(number):
    return p.format_number(number, p.PhoneNumberFormat.E164)


def national_form(number):
    return p.format_number(number, p.PhoneNumberFormat.NATIONAL)


def shown(region):
    return "-" if region in (None, "001") else region


def judged(region, typed):
    """The row that tells what the library says of a text of digits."""
    try:
        number = p.parse(typed, region)
    except p.NumberParseException as refused:
        return ["bad", shown(region), typed, PARSE_REFUSALS[refused.error_type]]
    if not p.is_valid_number(number):
        return ["bad", shown(region), typed, REFUSALS[p.is_possible_number_with_reason(number)]]
    if len(e164(number)) > 16:  # ITU-T E.164: 15 digits at most
        return ["bad", shown(region), typed, "too_long"]
    kind = KINDS.get(p.number_type(number), "unknown")
    return ["ok", shown(region), typed, e164(number), shown(p.region_code_for_number(number)), kind]


def example_rows(number, layout):
    full, region, kind = e164(number), p.region_code_for_number(number), KINDS[p.number_type(number)]
    international = p.format_number(number, p.PhoneNumberFormat.INTERNATIONAL)
    yield ["is", full, shown(region), kind, international, national_form(number), layout(full)]
    if shown(region) != "-":
        read_back = judged(region, national_form(number))
        if read_back[3:] != [full, region, kind]:
            raise SystemExit(f"{full}: its national form reads as {read_back}")


def in_script(digits, zero):
    return "".join(chr(zero + int(c)) if c.isdigit() else c for c in digits)


def odd_layouts():
    """Endless odd ways to write one E.164 number; each says the same."""
    while True:
        for zero in SCRIPT_ZEROS:
            yield lambda n, zero=zero: in_script(n, zero)
        yield lambda n: "tel:" + n
        yield lambda n: "00" + n[1:]
        yield lambda n: "\u202a" + n + "\u202c"
        yield lambda n: n[:3] + "\u00a0" + n[3:6] + "\u2011" + n[6:]
        yield lambda n: "(" + n[:3] + ") " + ".".join(n[3:])
        yield lambda n: " " + "\u200b".join(n) + "\r\n"
        yield lambda n: "++" + " ".join(n[1:])
        yield lambda n: "\uff0b" + n[1:4] + " / " + n[4:]


def changed(number, chance):
    """A national number with one digit changed, or one or two cut off or added."""
    national = p.national_significant_number(number)
    at = chance.randrange(len(national))
    return [
        national[:at] + str((int(national[at]) + chance.randrange(1, 10)) % 10) + national[at + 1 :],
        national[:-1], national[:-2], national + "7", national + "77", str(chance.randrange(1, 10)) + national[1:],
    ]


def main():
    sys.stdout.reconfigure(encoding="ascii", newline="\n")
    chance, layouts, rows = random.Random(245), odd_layouts(), []
    for region in sorted(p.SUPPORTED_REGIONS):
        for kind in sorted(KINDS):
            number = p.example_number_for_type(region, kind)
            if number is not None:
                rows += example_rows(number, next(layouts))
        number = p.example_number(region)
        for digits in changed(number, chance):
            rows += [judged(region, digits), judged(None, f"+{number.country_code}{digits}")]
    for code in sorted(p.COUNTRY_CODES_FOR_NON_GEO_REGIONS):
        rows += example_rows(p.example_number_for_non_geo_entity(code), next(layouts))
    print(f"# @generated by xtask/data/oracle.py with phonenumbers {p.__version__}")
    for fields in rows:
        print("\t".join(field.encode("unicode_escape").decode("ascii") for field in fields))


main()
