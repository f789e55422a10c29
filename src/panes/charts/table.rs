//! The series as a table, where charts could not be read.

use super::plan::{Planned, PlannedChart};
use super::state;
use super::values::number;
use super::values::{Values, values};
use crate::app::{App, ChartsView};
use crate::view::{Align, Column, Cut, Id, Line, Row, Table, Tone, Width};

/// Makes a row for each series: its value at the cursor, and the lowest, the highest and the mean of the window.
pub(super) fn table(app: &App, view: &ChartsView, planned: &Planned) -> Table {
    let number = |title, width| Column { title, width: Width::Cells(width), align: Align::Right, cut: Cut::End };
    let series = Width::Fill { share: 1, min: 12 };
    let mut columns = vec![Column { title: "SERIES", width: series, align: Align::Left, cut: Cut::Middle }];
    columns.push(number("VALUE", 7));
    columns.extend(view.comparison.back().map(|_| number("BEFORE", 7)));
    columns.extend([number("MIN", 7), number("MAX", 7), number("MEAN", 7)]);
    let mut rows = Vec::new();
    for (index, chart) in planned.charts.iter().enumerate() {
        let selected = index == view.selected.min(planned.charts.len() - 1);
        rows.extend(of_chart(app, view, (index, chart), selected));
    }
    Table { columns, rows, ..Table::default() }
}

fn of_chart(app: &App, view: &ChartsView, (index, chart): (usize, &PlannedChart), selected: bool) -> Vec<Row> {
    let place = state::place(app, view);
    let unit = if chart.unit.name.is_empty() { String::new() } else { format!(" {}", chart.unit.name) };
    let row = |at: usize, label: &str, cells: Vec<Line>| {
        let name = format!("{} {label}", chart.title).trim_end().to_owned() + &unit;
        let cells = std::iter::once(Line::from(name)).chain(cells).collect();
        Row { id: Id::of(&(index, at)), cells, selected: selected && at == 0, changed: false }
    };
    if chart.lines.is_empty() {
        let known = chart.versions.iter().rev().find_map(|(version, value)| Some((version, (*value)?)));
        let value = number(known.map(|(_, value)| value));
        return vec![row(0, known.map_or("", |(version, _)| version), vec![Line::from(value)])];
    }
    let of = |(at, line): (usize, &super::plan::PlannedLine)| {
        let now = values(app, view, line, chart.unit, 0);
        let bad = now.at(place).is_some_and(|value| chart.limits.iter().any(|limit| limit.is_broken(value)));
        let value = Line::new().with(number(now.at(place)), if bad { Tone::Bad } else { Tone::Strong });
        let then = view.comparison.back().map(|back| values(app, view, line, chart.unit, back).at(place));
        let cells = std::iter::once(value).chain(then.map(|then| Line::new().muted(number(then))));
        row(at, &line.label, cells.chain(summary(app, view, chart, &now)).collect())
    };
    chart.lines.iter().enumerate().map(of).collect()
}

fn summary(app: &App, view: &ChartsView, chart: &PlannedChart, now: &Values) -> Vec<Line> {
    match now.summary() {
        Some(all) => all.map(|value| Line::from(number(Some(value)))).to_vec(),
        // The reason stands in the place of the missing values, cut to the column.
        None => vec![state::missing(app, view, chart, std::slice::from_ref(now))],
    }
}
