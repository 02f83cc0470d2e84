//! Countries by routes: how many codes are entered, how fast messages arrive, and how many there were; as a picture and
//! as the table it is made of.
//!
//! Decides order, scale and what too few messages look like; refuses to know where counts come from.

use askama::Template;
use countersign_flows::DeliveryWindow;
use countersign_flows::core::route::Counts;
use std::collections::BTreeMap;

use super::figures::{self, Column, ENOUGH, Grade};
use super::parts::{place_in_words, window_key};
use crate::web::views::{Layout, Page};
use crate::web::words::Words;

/// What was counted of one route towards one country.
pub(crate) struct CellShown {
    /// Name of the route.
    pub(crate) route: String,
    /// Two-letter code; empty where nobody can tell.
    pub(crate) region: String,
    /// Everything in the window.
    pub(crate) counts: Counts,
    /// What is old enough for its codes to have been entered.
    pub(crate) settled: Counts,
}

impl CellShown {
    fn place(&self, words: &Words) -> String {
        country(words, &self.region)
    }

    fn entered(&self) -> String {
        figures::percent(self.settled.converted, self.settled.codes)
    }

    /// As the bar beside the words: hundredths.
    fn bar(&self) -> u64 {
        figures::share(self.settled.converted, self.settled.codes).unwrap_or(0).min(100)
    }

    fn grade(&self) -> &'static str {
        Grade::of(&self.settled).key()
    }

    fn p50(&self) -> String {
        figures::quantile(&self.counts, 500)
    }

    fn p95(&self) -> String {
        figures::quantile(&self.counts, 950)
    }
}

fn country(words: &Words, region: &str) -> String {
    if region.is_empty() {
        words.text("console-place-unknown").into_owned()
    } else {
        place_in_words(words, region)
    }
}

/// `GET /console/delivery/countries`
#[derive(Template)]
#[template(path = "console/delivery/countries.html")]
pub(crate) struct ConsoleCountries {
    /// Shared by all pages.
    pub(crate) layout: Layout,
    /// How far back.
    pub(crate) window: DeliveryWindow,
    /// Every cell with a message in it.
    pub(crate) cells: Vec<CellShown>,
}

impl Page for ConsoleCountries {}

/// Width and height of a cell of the picture, and of the margins that name its rows and columns.
const CELL: (usize, usize) = (112, 28);
const MARGIN: (usize, usize) = (152, 28);
/// Countries in the picture; the table has them all.
const ROWS_MAX: usize = 40;

/// One cell of the picture.
struct HeatCell {
    x: usize,
    y: usize,
    /// How strongly it is filled; thousandths of one.
    opacity: String,
    /// Too few codes: hatched, and not filled.
    is_few: bool,
    label: String,
    title: String,
}

/// The picture.
struct HeatMap {
    width: usize,
    height: usize,
    columns: Vec<(usize, String)>,
    rows: Vec<(usize, String)>,
    cells: Vec<HeatCell>,
}

/// One route's delays.
struct Delays {
    route: String,
    columns: Vec<Column>,
    p50: String,
    p95: String,
}

impl ConsoleCountries {
    fn windows(&self) -> Vec<(&'static str, &'static str, bool)> {
        let one = |window: &DeliveryWindow| (window.as_str(), window_key(*window), *window == self.window);
        DeliveryWindow::ALL.iter().map(one).collect()
    }

    fn routes(&self) -> Vec<&str> {
        let mut routes: Vec<&str> = self.cells.iter().map(|cell| cell.route.as_str()).collect();
        routes.sort_unstable();
        routes.dedup();
        routes
    }

    /// Each country with its routes, the busiest first.
    fn groups(&self) -> Vec<Vec<&CellShown>> {
        let mut by_region: BTreeMap<&str, Vec<&CellShown>> = BTreeMap::new();
        for cell in &self.cells {
            by_region.entry(&cell.region).or_default().push(cell);
        }
        let mut groups: Vec<Vec<&CellShown>> = by_region.into_values().collect();
        for group in &mut groups {
            group.sort_by(|left, right| left.route.cmp(&right.route));
        }
        let sent = |group: &Vec<&CellShown>| group.iter().map(|cell| cell.counts.sent).sum::<u64>();
        groups.sort_by_key(|group| std::cmp::Reverse(sent(group)));
        groups
    }

    fn heat(&self, words: &Words) -> HeatMap {
        let routes = self.routes();
        let groups = self.groups();
        let shown = groups.iter().take(ROWS_MAX);
        let mut map = HeatMap {
            width: MARGIN.0 + routes.len() * CELL.0,
            height: MARGIN.1 + shown.len() * CELL.1,
            columns: (0..)
                .map(|index| MARGIN.0 + index * CELL.0)
                .zip(routes.iter().map(|r| (*r).to_owned()))
                .collect(),
            rows: Vec::new(),
            cells: Vec::new(),
        };
        for (index, group) in shown.enumerate() {
            let y = MARGIN.1 + index * CELL.1;
            map.rows.extend(group.first().map(|cell| (y, cell.place(words))));
            for cell in group {
                let column = routes.iter().position(|route| *route == cell.route).unwrap_or(0);
                map.cells.push(heat_cell(cell, MARGIN.0 + column * CELL.0, y, words));
            }
        }
        map
    }

    fn delays(&self) -> Vec<Delays> {
        let of = |route: &str| {
            let mut counts = Counts::default();
            for cell in self.cells.iter().filter(|cell| cell.route == route) {
                counts.add(&cell.counts);
            }
            Delays {
                route: route.to_owned(),
                columns: figures::histogram(&counts),
                p50: figures::quantile(&counts, 500),
                p95: figures::quantile(&counts, 950),
            }
        };
        self.routes().into_iter().map(of).collect()
    }
}

fn heat_cell(cell: &CellShown, x: usize, y: usize, words: &Words) -> HeatCell {
    let is_few = cell.settled.codes < ENOUGH;
    // Never so strong that the number in it could not be read in either theme.
    let opacity = if is_few { 0 } else { 50 + cell.bar() * 4 };
    HeatCell {
        x,
        y,
        opacity: format!("0.{opacity:03}"),
        is_few,
        label: cell.entered(),
        title: words
            .say("console-heat-cell")
            .set("place", cell.place(words))
            .set("route", &cell.route)
            .set("share", cell.entered())
            .set("codes", figures::count(cell.settled.codes))
            .plain(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(route: &str, region: &str, sent: u64, codes: u64, converted: u64) -> CellShown {
        let counts = Counts { sent, codes, converted, ..Counts::default() };
        CellShown { route: route.to_owned(), region: region.to_owned(), settled: counts.clone(), counts }
    }

    fn page() -> ConsoleCountries {
        ConsoleCountries {
            layout: crate::web::views::samples::Samples::plain().console_layout(),
            window: DeliveryWindow::Day,
            cells: vec![
                cell("b", "DE", 100, 100, 100),
                cell("a", "TH", 500, 400, 100),
                cell("a", "DE", 200, 29, 29),
            ],
        }
    }

    #[test]
    fn the_busiest_country_is_on_top_and_every_cell_stands_in_its_route_s_column() {
        let map = page().heat(&Words::all()[0]);
        assert_eq!((map.width, map.height), (152 + 2 * 112, 28 + 2 * 28));
        let places: Vec<&str> = map.rows.iter().map(|(_, name)| name.as_str()).collect();
        assert_eq!(places, ["Thailand", "Germany"]);
        let at: Vec<(usize, usize, &str)> = map.cells.iter().map(|c| (c.x, c.y, c.label.as_str())).collect();
        assert_eq!(at, [(152, 28, "25 %"), (152, 56, "100 %"), (264, 56, "100 %")]);
    }

    #[test]
    fn few_codes_are_hatched_and_a_full_cell_stays_readable() {
        let map = page().heat(&Words::all()[0]);
        assert_eq!(map.cells.iter().map(|cell| cell.is_few).collect::<Vec<_>>(), [false, true, false]);
        assert_eq!(
            map.cells.iter().map(|cell| cell.opacity.as_str()).collect::<Vec<_>>(),
            ["0.150", "0.000", "0.450"]
        );
        assert_eq!(map.cells[0].title, "Thailand over a: 25 % of 400 codes entered");
    }
}
