//! Terraform's language: blocks with literal values and lines. An expression that is no literal stays its text.

use hcl_edit::Span;
use hcl_edit::expr::{Expression, ObjectKey, TraversalOperator};
use hcl_edit::structure::{Body, Structure};

/// A block.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Block {
    pub kind: String,
    pub labels: Vec<String>,
    pub line: u32,
    pub attributes: Vec<Attribute>,
    pub blocks: Vec<Block>,
}

/// An attribute of a block.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Attribute {
    pub name: String,
    pub line: u32,
    pub value: Value,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// A number, as it is written.
    Number(String),
    Text(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
    /// `a.b.c`.
    Path(Vec<String>),
    /// An expression that only Terraform evaluates.
    Other,
}

impl Block {
    /// An attribute by name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// Blocks by kind.
    pub fn blocks<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Self> {
        self.blocks.iter().filter(move |block| block.kind == kind)
    }
}

/// Nesting that nobody writes: deeper is an attack on the stack.
const DEEPEST: usize = 64;

/// The blocks of a file, or the line and the words of what is wrong.
pub(crate) fn parse(text: &str) -> Result<Block, (u32, String)> {
    let lines = Lines::of(text);
    match hcl_edit::parser::parse_body(text) {
        Ok(body) => Ok(block(&body, String::new(), Vec::new(), 1, &lines, 0)),
        Err(error) => Err((error.location().line() as u32, error.message().to_owned())),
    }
}

/// Where each line begins.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        Self(std::iter::once(0).chain(ends).collect())
    }

    fn line(&self, span: Option<std::ops::Range<usize>>) -> u32 {
        span.map_or(1, |span| self.0.partition_point(|start| *start <= span.start) as u32)
    }
}

fn block(body: &Body, kind: String, labels: Vec<String>, line: u32, lines: &Lines, depth: usize) -> Block {
    let mut this = Block { kind, labels, line, attributes: Vec::new(), blocks: Vec::new() };
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => this.attributes.push(Attribute {
                name: attribute.key.as_str().to_owned(),
                line: lines.line(attribute.span()),
                value: value(&attribute.value, 0),
            }),
            Structure::Block(inner) if depth < DEEPEST => {
                let labels = inner.labels.iter().map(|label| label.as_str().to_owned()).collect();
                let kind = inner.ident.as_str().to_owned();
                this.blocks.push(block(&inner.body, kind, labels, lines.line(inner.span()), lines, depth + 1));
            }
            Structure::Block(_) => {}
        }
    }
    this
}

fn value(expression: &Expression, depth: usize) -> Value {
    if depth > DEEPEST {
        return Value::Other;
    }
    match expression {
        Expression::Null(_) => Value::Null,
        Expression::Bool(value) => Value::Bool(**value),
        Expression::Number(number) => Value::Number(number.value().to_string()),
        Expression::String(text) => Value::Text(text.as_str().to_owned()),
        Expression::Array(items) => Value::List(items.iter().map(|item| value(item, depth + 1)).collect()),
        Expression::Object(pairs) => Value::Map(
            pairs
                .iter()
                .map(|(key, item)| {
                    let key = match key {
                        ObjectKey::Ident(name) => name.as_str().to_owned(),
                        ObjectKey::Expression(Expression::String(text)) => text.as_str().to_owned(),
                        ObjectKey::Expression(_) => String::new(),
                    };
                    (key, value(item.expr(), depth + 1))
                })
                .collect(),
        ),
        Expression::Parenthesis(inner) => value(inner.inner(), depth + 1),
        Expression::Variable(name) => Value::Path(vec![name.as_str().to_owned()]),
        Expression::UnaryOp(_) => Value::Other,
        Expression::Traversal(traversal) => {
            let Expression::Variable(first) = &traversal.expr else { return Value::Other };
            let mut path = vec![first.as_str().to_owned()];
            for operator in &traversal.operators {
                match operator.value() {
                    TraversalOperator::GetAttr(name) => path.push(name.as_str().to_owned()),
                    TraversalOperator::Index(Expression::String(key)) => path.push(key.as_str().to_owned()),
                    TraversalOperator::Index(Expression::Number(number)) => path.push(number.value().to_string()),
                    _ => return Value::Other,
                }
            }
            Value::Path(path)
        }
        _ => Value::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_literals_and_lines_are_read() {
        let text = "resource \"a\" \"b\" {\n  x = 1\n\n  rule {\n    y = a.b[\"c\"].d\n    z = \"${x}\"\n  }\n}\n";
        let body = parse(text).expect("HCL");
        let resource = &body.blocks[0];
        assert_eq!((resource.labels.join("."), resource.line), ("a.b".to_owned(), 1));
        assert_eq!(resource.attribute("x").map(|x| (x.line, &x.value)), Some((2, &Value::Number("1".into()))));
        let rule = resource.blocks("rule").next().expect("a rule");
        assert_eq!(rule.line, 4);
        let path = ["a", "b", "c", "d"].map(str::to_owned).to_vec();
        assert_eq!(rule.attribute("y").map(|y| &y.value), Some(&Value::Path(path)));
        assert_eq!(rule.attribute("z").map(|z| &z.value), Some(&Value::Other));
        assert!(parse("a {").is_err());
    }
}
