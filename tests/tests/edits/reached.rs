//! What an edit opens and closes, as `arvc diff` tells it of two sites.

use arvc_diff::connections::{Alike, End, Proof, Row, Turn, connections};
use arvc_reach::layers::Layers;
use arvc_reach::policy::policies;
use arvc_site::model::Site;

/// A line for each row.
pub fn reached(before: &Site, after: &Site) -> String {
    let (was, is) = (policies(before), policies(after));
    let (was, is) = (Layers::new(before, &was), Layers::new(after, &is));
    let names = |site: &Site| site.hosts.iter().map(|host| host.named.name.clone()).collect::<Vec<_>>();
    let (had, has) = (names(before), names(after));
    let renamed = after.hosts.iter().filter_map(|host| {
        let old = host.renamed_from.as_ref()?.value.clone();
        (had.contains(&old) && !has.contains(&old)).then(|| (old, host.named.name.clone()))
    });
    let renamed: Vec<(String, String)> = renamed.collect();
    let found = connections(&Proof::new(&was), &Proof::new(&is), &renamed);
    let mut lines: Vec<String> = found.rows.iter().map(row).collect();
    lines.extend(found.joined.iter().map(|it| alike("new", it)));
    lines.extend(found.new.iter().map(|it| format!("new: {}", row(it))));
    lines.extend(found.silent.iter().map(|name| format!("new: nothing is open to or from {name}")));
    lines.extend(found.left.iter().map(|it| alike("gone", it)));
    lines.extend(found.gone.iter().map(|it| format!("gone: {}", row(it))));
    lines.into_iter().map(|line| line + "\n").collect()
}

fn end(end: &End) -> String {
    end.words.join(", ")
}

fn alike(what: &str, it: &Alike) -> String {
    format!("{what}: {} as {}", end(&it.who), end(&it.whom))
}

fn row(row: &Row) -> String {
    let turn = match row.turn {
        Turn::Opened => "opens",
        Turn::MayOpen => "may open",
        Turn::MayClose => "may close",
        Turn::Closed => "closes",
        Turn::LayerOpened => "opens in a layer alone",
        Turn::LayerClosed => "closes in a layer alone",
    };
    let layers = if row.layers.is_empty() { String::new() } else { format!(" ({})", row.layers.join(", ")) };
    format!("{turn} {} -> {} : {} over {}{layers}", end(&row.from), end(&row.to), row.packets, row.path)
}
