//! Agreement with another implementation of the numbering plan (PyPI `phonenumbers`) over every region and
//! line kind: see `xtask/data/oracle.py` for how the rows came about.

#![allow(clippy::unwrap_used)] // a fixture that does not read should stop the test where it stands

use std::collections::HashSet;

use countersign_numbers::{PhoneNumber, RegionCode, regions};

const ORACLE: &str = include_str!("oracle.tsv");

fn rows() -> impl Iterator<Item = Vec<String>> {
    ORACLE.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').map(unescaped).collect())
}

/// Undoes Python's `unicode_escape`, as far as the generator uses it.
fn unescaped(field: &str) -> String {
    let mut text = String::new();
    let mut rest = field;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let code_digits = match &after[..1] {
            "x" => 2,
            "u" => 4,
            "r" | "n" | "t" => 0,
            other => panic!("an escape the generator does not write: {other}"),
        };
        match code_digits {
            0 => text.push(if after.starts_with('r') { '\r' } else { '\n' }),
            n => text.push(char::from_u32(u32::from_str_radix(&after[1..=n], 16).unwrap()).unwrap()),
        }
        rest = &after[1 + code_digits..];
    }
    text + rest
}

fn region(field: &str) -> Option<RegionCode> {
    (field != "-").then(|| field.parse().unwrap())
}

fn told(number: &PhoneNumber) -> [String; 3] {
    let region = number.region().map_or("-".to_owned(), |region| region.to_string());
    [number.e164().to_owned(), region, number.line().as_str().to_owned()]
}

#[test]
fn every_example_of_every_region_and_line_kind_is_read_and_written_the_same() {
    let mut seen = 0;
    let mut differing = Vec::new();
    for row in rows().filter(|row| row[0] == "is") {
        let [_, e164, in_region, kind, international, national, odd] = row.try_into().unwrap();
        let expected = [e164.clone(), in_region.clone(), kind];
        let readings = [
            ("from_e164", PhoneNumber::from_e164(&e164)),
            ("E.164", PhoneNumber::parse(&e164, None)),
            ("E.164 under another region", PhoneNumber::parse(&e164, Some("TH".parse().unwrap()))),
            ("odd", PhoneNumber::parse(&odd, None)),
            ("international", PhoneNumber::parse(&international, None)),
        ];
        let nationally =
            region(&in_region).map(|region| ("national", PhoneNumber::parse(&national, Some(region))));
        for (how, reading) in readings.into_iter().chain(nationally) {
            let told =
                reading.as_ref().map(|number| (told(number), number.international(), number.national()));
            if told != Ok((expected.clone(), international.clone(), national.clone())) {
                differing.push(format!("{e164} {how}: {told:?}"));
            }
            seen += 1;
        }
    }
    assert!(differing.is_empty(), "{} of {seen} differ:\n{}", differing.len(), differing.join("\n"));
    assert!(seen > 7000, "only {seen} readings: the fixture lost its rows");
}

#[test]
fn changed_numbers_are_judged_the_same() {
    let mut seen = 0;
    let mut differing = Vec::new();
    for row in rows().filter(|row| row[0] != "is") {
        let reading = PhoneNumber::parse(&row[2], region(&row[1]));
        let told = match &reading {
            Ok(number) => told(number).to_vec(),
            Err(refusal) => vec![refusal.as_str().to_owned()],
        };
        if told != row[3..] {
            differing.push(format!("{row:?}: {told:?}"));
        }
        seen += 1;
    }
    assert!(differing.is_empty(), "{} of {seen} differ:\n{}", differing.len(), differing.join("\n"));
    assert!(seen > 2500, "only {seen} rows: the fixture lost its rows");
}

#[test]
fn the_fixture_speaks_of_every_region() {
    let asked: HashSet<String> = rows().filter(|row| row[0] != "is").map(|row| row[1].clone()).collect();
    for region in regions() {
        assert!(asked.contains(region.code.as_str()), "{}", region.code);
    }
}

#[test]
fn masks_show_the_calling_code_and_two_digits_only() {
    for row in rows().filter(|row| row[0] == "is") {
        let number = PhoneNumber::from_e164(&row[1]).unwrap();
        let digits = &number.e164()[1..];
        let calling_code = number.calling_code().to_string();
        let shown: String = number.masked().chars().filter(char::is_ascii_digit).collect();
        assert_eq!(shown, format!("{calling_code}{}", &digits[digits.len() - 2..]));
        assert!(number.masked().starts_with(&format!("+{calling_code} ")), "{}", number.masked());
        let hidden = number.masked().matches('•').count();
        assert_eq!(hidden, digits.len() - calling_code.len() - 2, "{}", number.masked());
    }
}
