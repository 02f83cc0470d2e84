//! What a phone number is: parsing what people type, the regions of the numbering plan, the kind of line.
//!
//! Decides whether a text is a number of the world's numbering plan, in which region, on what kind of line,
//! and how it is written and masked. Refuses to know who owns a number, whether it may receive a code (a rule
//! of the core), and any word shown to people (catalogues; the names of regions are data).
//!
//! The plan itself is libphonenumber's metadata inside the `rlibphonenumber` crate. It is built with the
//! crate's feature `lite` (the small regular-expression engine): a parse costs tens of microseconds instead
//! of five, and idle memory stays near 12 MB instead of 113 MB once every region has been seen. A security
//! centre parses a few numbers a second and sits idle on small machines, so memory is the one to save.

mod line;
mod number;
mod region;
mod typed;

pub use line::LineKind;
pub use number::{NumberError, PhoneNumber};
pub use region::{Region, RegionCode, UnknownRegion, region, regions, search_regions};
