//! URLs that people and attackers write.

use super::*;

const STRICT: EgressPolicy = EgressPolicy { allow_private: false };
const LOOSE: EgressPolicy = EgressPolicy { allow_private: true };

#[test]
fn a_url_names_its_host_port_and_path() {
    let cases = [
        ("https://hooks.example", "hooks.example", 443, "hooks.example", "/"),
        ("https://Hooks.Example/a?b=c", "hooks.example", 443, "hooks.example", "/a?b=c"),
        ("https://hooks.example:8443/a/../b", "hooks.example", 8443, "hooks.example:8443", "/a/../b"),
        ("https://[2606:4700::1111]:444/", "2606:4700::1111", 444, "[2606:4700::1111]:444", "/"),
        ("https://1.1.1.1/?q", "1.1.1.1", 443, "1.1.1.1", "/?q"),
    ];
    for (url, host, port, authority, path) in cases {
        let read = Destination::parse(url, STRICT).unwrap_or_else(|problem| panic!("{url}: {problem}"));
        assert_eq!((&*read.host, read.port, &*read.authority), (host, port, authority), "{url}");
        assert_eq!(read.path.as_str(), path, "{url}");
        assert!(read.encrypted);
    }
}

#[test]
fn what_is_no_plain_url_is_refused() {
    use UrlProblem::*;
    let long = format!("https://hooks.example/{}", "a".repeat(2_048));
    let cases = [
        (&*long, TooLong),
        ("", Malformed),
        ("hooks.example", Malformed),
        ("/path", Malformed),
        ("https://", Malformed),
        ("https:///path", Malformed),
        ("https://hooks.example:/", Malformed),
        ("https://hooks.example:0/", Malformed),
        ("https://hooks.example:0443/", Malformed),
        ("https://hooks.example:65979/", Malformed),
        ("https://hooks.example:443:8080/", Malformed),
        ("https://hooks.example/a b", Malformed),
        ("https://hooks.example/\r\nx: y", Malformed),
        ("https://hooks.example\\@evil.example/", Malformed),
        ("https://hooks.example/#fragment", Malformed),
        ("https://hooks..example/", Malformed),
        ("https://hööks.example/", Malformed),
        ("https://hooks%2eexample/", Malformed),
        ("https://[hooks.example]/", Malformed),
        ("https://[1.1.1.1]/", Malformed),
        ("https://[fe80::1%25eth0]/", Malformed),
        ("http://hooks.example/", Scheme),
        ("ftp://hooks.example/", Scheme),
        ("https://ada@hooks.example/", Credentials),
        ("https://ada:secret@hooks.example/", Credentials),
        ("https://hooks.example@evil.example/", Credentials),
        ("https://127.0.0.1/", Forbidden),
        ("https://[::1]/", Forbidden),
        ("https://[::ffff:10.0.0.1]/", Forbidden),
        ("https://169.254.169.254/latest/meta-data", Forbidden),
    ];
    for (url, problem) in cases {
        assert_eq!(Destination::parse(url, STRICT), Err(problem), "{url}");
    }
}

#[test]
fn plain_http_is_for_private_addresses_and_only_where_the_policy_reaches_them() {
    assert!(Destination::parse("http://127.0.0.1:8080/hooks", LOOSE).is_ok_and(|read| !read.encrypted));
    assert!(Destination::parse("https://[::1]:8080/hooks", LOOSE).is_ok());
    let refused = |url| Destination::parse(url, LOOSE).unwrap_err();
    assert_eq!(refused("http://1.1.1.1/"), UrlProblem::Forbidden);
    assert_eq!(refused("http://169.254.169.254/"), UrlProblem::Forbidden);
    assert_eq!(refused("http://[fe80::1]/"), UrlProblem::Forbidden);
}

#[test]
fn no_debug_output_shows_a_path() {
    let read = Destination::parse("https://hooks.example/s3cret?key=s3cret", STRICT).unwrap();
    assert_eq!(format!("{read:?}"), "Destination(https://hooks.example/…)");
}
