//! Edits of a source: hunks that are found by their lines.

/// Applies each hunk. Behind the comment at its top, an edit is hunks that begin with `@@`; blank lines count as they stand.
pub fn apply(source: &str, edit: &str) -> Result<String, String> {
    let mut lines: Vec<String> = source.lines().map(str::to_owned).collect();
    let mut hunks: Vec<Vec<&str>> = Vec::new();
    for line in edit.lines() {
        match hunks.last_mut() {
            _ if line == "@@" => hunks.push(Vec::new()),
            Some(hunk) => hunk.push(line),
            None if line.starts_with('#') || line.is_empty() => {}
            None => return Err(format!("no hunk has begun: {line}")),
        }
    }
    for hunk in &hunks {
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for line in hunk {
            match line.split_at_checked(1) {
                Some(("-", text)) => old.push(text.to_owned()),
                Some(("+", text)) => new.push(text.to_owned()),
                Some((" ", text)) => {
                    old.push(text.to_owned());
                    new.push(text.to_owned());
                }
                None => {
                    old.push(String::new());
                    new.push(String::new());
                }
                Some(_) => return Err(format!("neither ` `, `-` nor `+`: {line}")),
            }
        }
        let places: Vec<usize> =
            (0..=lines.len().saturating_sub(old.len())).filter(|at| lines[*at..].starts_with(&old)).collect();
        let [place] = places.as_slice() else {
            return Err(format!("{} places have the lines\n{}", places.len(), old.join("\n")));
        };
        lines.splice(*place..place + old.len(), new);
    }
    if hunks.is_empty() { Err("no hunk".to_owned()) } else { Ok(lines.join("\n") + "\n") }
}
