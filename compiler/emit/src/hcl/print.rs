//! The layout of `terraform fmt`: two spaces a level, `=` in one column for neighbouring attributes of one line.

use super::{Block, Body, Identifier, Item, Reference, Step, Value, quote};

/// Lists up to this column stay on one line, comments are wrapped at it.
const WIDTH: usize = 118;

/// A whole file with a final newline.
pub(super) fn file(body: &Body) -> String {
    let mut text = String::new();
    print_body(body, 0, &mut text);
    text
}

fn print_body(body: &Body, level: usize, text: &mut String) {
    let mut before = Before::Start;
    for (index, item) in body.items.iter().enumerate() {
        if needs_blank(&body.items[index..], before) {
            text.push('\n');
        }
        before = match item {
            Item::Gap => match before {
                Before::Start => Before::Start,
                _ => Before::Gap,
            },
            Item::Comment(comment) => {
                print_comment(comment, level, text);
                Before::Comment
            }
            Item::Attribute(..) => match before {
                // The run is printed at its first attribute, for `=` to align.
                Before::Attribute => Before::Attribute,
                _ => {
                    print_attributes(&run(&body.items[index..]), level, text);
                    Before::Attribute
                }
            },
            Item::Block(block) => {
                print_block(block, level, text);
                Before::Block
            }
        };
    }
}

/// What was printed last.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Start,
    Gap,
    Comment,
    Attribute,
    Block,
}

/// A blank line separates blocks from everything, with the comments in front of them.
fn needs_blank(items: &[Item], before: Before) -> bool {
    match items[0] {
        Item::Gap => false,
        _ if before == Before::Gap || before == Before::Block => true,
        Item::Comment(_) | Item::Block(_) => before == Before::Attribute && leads_to_block(items),
        Item::Attribute(..) => false,
    }
}

fn leads_to_block(items: &[Item]) -> bool {
    let next = items.iter().find(|item| !matches!(item, Item::Comment(_)));
    matches!(next, Some(Item::Block(_)))
}

fn run(items: &[Item]) -> Vec<(&Identifier, &Value)> {
    items
        .iter()
        .map_while(|item| match item {
            Item::Attribute(name, value) => Some((name, value)),
            _ => None,
        })
        .collect()
}

fn print_attributes(run: &[(&Identifier, &Value)], level: usize, text: &mut String) {
    let lines: Vec<(String, Vec<String>)> = run
        .iter()
        .map(|(name, value)| (name.text().to_owned(), lines_of(value, level, level * 2 + name.text().len() + 3)))
        .collect();
    print_aligned(&lines, level, "", text);
}

/// `terraform fmt` aligns neighbours of one line each; one that opens several lines stands for itself.
fn print_aligned(entries: &[(String, Vec<String>)], level: usize, end: &str, text: &mut String) {
    let mut start = 0;
    while start < entries.len() {
        let single = entries[start..].iter().take_while(|(_, lines)| lines.len() == 1).count();
        let count = single.max(1);
        let width = match single {
            0 => 0,
            _ => entries[start..start + count].iter().map(|(key, _)| key.chars().count()).max().unwrap_or(0),
        };
        for (key, lines) in &entries[start..start + count] {
            let space = width.saturating_sub(key.chars().count());
            text.push_str(&format!("{}{key}{} = {}{end}\n", indent(level), " ".repeat(space), lines.join("\n")));
        }
        start += count;
    }
}

/// A value as the lines it takes; the first has no indentation, and begins at `column`.
fn lines_of(value: &Value, level: usize, column: usize) -> Vec<String> {
    match value {
        Value::List(list) if !fits(list, column) => {
            let mut lines = vec!["[".to_owned()];
            for element in list {
                let inner = lines_of(element, level + 1, (level + 1) * 2);
                lines.push(format!("{}{},", indent(level + 1), inner.join("\n")));
            }
            lines.push(format!("{}]", indent(level)));
            lines
        }
        Value::Object(fields) if !fields.is_empty() => {
            let entries: Vec<(String, Vec<String>)> = fields
                .iter()
                .map(|(key, value)| {
                    let key = key_of(key);
                    let column = (level + 1) * 2 + key.chars().count() + 3;
                    let lines = lines_of(value, level + 1, column);
                    (key, lines)
                })
                .collect();
            let mut text = String::new();
            print_aligned(&entries, level + 1, "", &mut text);
            vec!["{".to_owned(), text.trim_end_matches('\n').to_owned(), format!("{}}}", indent(level))]
        }
        _ => vec![single_line(value)],
    }
}

/// A key that is a name stands bare, as it does when written by hand. `for` would begin another expression.
fn key_of(key: &str) -> String {
    let word = matches!(key, "for" | "if" | "in" | "null" | "true" | "false");
    if word || Identifier::new(key).is_none() { quote(key) } else { key.to_owned() }
}

fn fits(list: &[Value], column: usize) -> bool {
    let references = list.iter().filter(|value| matches!(value, Value::Reference(_))).count();
    let flat = list.iter().all(|value| !matches!(value, Value::Object(fields) if !fields.is_empty()));
    flat && references < 2 && column + single_line(&Value::List(list.to_vec())).chars().count() <= WIDTH
}

fn single_line(value: &Value) -> String {
    match value {
        Value::Text(text) => quote(text),
        Value::Number(number) => number.to_string(),
        Value::Signed(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::List(list) => format!("[{}]", list.iter().map(single_line).collect::<Vec<_>>().join(", ")),
        Value::Object(_) => "{}".to_owned(),
        Value::Reference(path) => reference(path),
        Value::Fixed(expression) => (*expression).to_owned(),
    }
}

fn reference(path: &Reference) -> String {
    let mut text = path.root.text().to_owned();
    for step in &path.steps {
        match step {
            Step::Attribute(name) => {
                text.push('.');
                text.push_str(name.text());
            }
            Step::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

fn print_block(block: &Block, level: usize, text: &mut String) {
    text.push_str(&indent(level));
    text.push_str(block.kind.text());
    for label in &block.labels {
        text.push_str(&format!(" {}", quote(label.text())));
    }
    if block.body.is_empty() {
        text.push_str(" {}\n");
        return;
    }
    text.push_str(" {\n");
    print_body(&block.body, level + 1, text);
    text.push_str(&format!("{}}}\n", indent(level)));
}

/// Every line of the text becomes a comment, wrapped between words; whatever else could end a line becomes a space.
fn print_comment(comment: &str, level: usize, text: &mut String) {
    let start = format!("{}#", indent(level));
    for paragraph in comment.lines() {
        let mut line = start.clone();
        let clean: String = paragraph.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        for word in clean.split_whitespace() {
            if line.len() > start.len() && line.chars().count() + 1 + word.chars().count() > WIDTH {
                text.push_str(&line);
                text.push('\n');
                line = start.clone();
            }
            line.push(' ');
            line.push_str(word);
        }
        text.push_str(&line);
        text.push('\n');
    }
}

fn indent(level: usize) -> String {
    "  ".repeat(level)
}

#[cfg(test)]
mod tests {
    use pretty_assertions::assert_eq;

    use super::super::{Body, Identifier, Reference, Value, fixed};

    fn path(name: &'static str) -> Reference {
        Reference::new(&fixed("thing")).attribute(&fixed(name))
    }

    #[test]
    fn neighbours_of_one_line_align_and_others_do_not() {
        let mut body = Body::new();
        body.set("a", 1_u32)
            .set("long_name", true)
            .set("list", Value::List(vec![path("x").into(), path("y").into()]))
            .set("b", "text")
            .gap()
            .set("other", vec!["p", "q"]);
        let expected = "\
a         = 1
long_name = true
list = [
  thing.x,
  thing.y,
]
b = \"text\"

other = [\"p\", \"q\"]
";
        assert_eq!(body.print(), expected);
    }

    #[test]
    fn blocks_stand_apart_with_their_comments() {
        let mut body = Body::new();
        body.comment("Head.").gap().resource(&fixed("kind"), &fixed("name"), |body| {
            body.set("a", 1_u32)
                .comment("Why.")
                .block("inner", |body| {
                    body.set("b", path("x").field("id").index(0));
                })
                .block("empty", |_| {})
                .set("last", false);
        });
        let expected = "\
# Head.

resource \"kind\" \"name\" {
  a = 1

  # Why.
  inner {
    b = thing.x.id[0]
  }

  empty {}

  last = false
}
";
        assert_eq!(body.print(), expected);
    }

    #[test]
    fn a_comment_cannot_end_early() {
        let mut body = Body::new();
        body.comment("one\ntwo\r\u{85}}\u{b}three");
        assert_eq!(body.print(), "# one\n# two }\u{20}three\n");
    }

    #[test]
    fn comments_wrap_between_words() {
        let mut body = Body::new();
        body.comment("word ".repeat(30));
        let text = body.print();
        assert_eq!(text.lines().count(), 2);
        assert!(text.lines().all(|line| line.starts_with("# word") && line.len() <= 118));
    }

    #[test]
    fn keys_of_objects_are_names_or_text() {
        let mut body = Body::new();
        let entries = [("a b", Value::Number(1)), ("${x}", vec!["y"].into()), ("for", true.into()), ("z", "".into())];
        body.set("map", Value::Object(entries.map(|(key, value)| (key.to_owned(), value)).to_vec()));
        let expected = "map = {\n  \"a b\"   = 1\n  \"$${x}\" = [\"y\"]\n  \"for\"   = true\n  z       = \"\"\n}\n";
        assert_eq!(body.print(), expected);
    }

    #[test]
    fn names_that_would_be_syntax_are_none() {
        for name in ["", "1a", "-a", "a b", "a.b", "a\"", "a\n", "é"] {
            assert_eq!(Identifier::new(name), None, "{name:?}");
        }
        assert!(Identifier::new("_1a-b").is_some());
    }
}
