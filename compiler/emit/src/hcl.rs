//! The one writer of HCL: a document as a value, printed exactly as `terraform fmt` would.
//!
//! Text is data here. It leaves as a quoted string ([`quote`]) or a comment, and neither can end early; names are
//! checked when they are made. The only other syntax is [`Value::Fixed`], which only a literal of this program can be.
//! It knows no resource and no provider.

mod add;
mod print;
mod quote;

pub use add::Addition;
pub use quote::quote;

/// A name that HCL takes without quotes: of a block, an attribute, a resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identifier(String);

impl Identifier {
    /// The name, if it is one: letters, digits, `_` and `-`, and no digit or `-` in front.
    pub fn new(name: impl Into<String>) -> Option<Self> {
        let name = name.into();
        let first = name.chars().next()?;
        let rest = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
        (rest && (first.is_ascii_alphabetic() || first == '_')).then_some(Self(name))
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

/// A path to something that the document defines elsewhere: `proxmox_virtual_environment_vm.dns.id`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    root: Identifier,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Attribute(Identifier),
    Index(usize),
}

impl Reference {
    /// A path of one name.
    pub fn new(root: &Identifier) -> Self {
        Self { root: root.clone(), steps: Vec::new() }
    }

    /// The attribute of what it names.
    pub fn attribute(mut self, name: &Identifier) -> Self {
        self.steps.push(Step::Attribute(name.clone()));
        self
    }

    /// The attribute of what it names, by a name of this program.
    pub fn field(self, name: &'static str) -> Self {
        self.attribute(&fixed(name))
    }

    /// The element of what it names.
    pub fn index(mut self, index: usize) -> Self {
        self.steps.push(Step::Index(index));
        self
    }
}

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text, which never becomes syntax.
    Text(String),
    /// A whole number.
    Number(u64),
    /// A whole number that may be negative.
    Signed(i64),
    /// `true`, `false`.
    Bool(bool),
    /// A list, on one line if it is short and not of references.
    List(Vec<Value>),
    /// An object. Its keys are text.
    Object(Vec<(String, Value)>),
    /// A path.
    Reference(Reference),
    /// An expression of this program's own.
    Fixed(&'static str),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<u64> for Value {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<Reference> for Value {
    fn from(path: Reference) -> Self {
        Self::Reference(path)
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(list: Vec<T>) -> Self {
        Self::List(list.into_iter().map(Into::into).collect())
    }
}

/// What stands in a file or a block, in order. Blocks get a blank line around them; a comment belongs to what follows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Item {
    Comment(String),
    Gap,
    Attribute(Identifier, Value),
    Block(Block),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Block {
    kind: Identifier,
    labels: Vec<Identifier>,
    body: Body,
}

impl Body {
    /// An empty body.
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether nothing stands in it.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Adds an attribute.
    pub fn set(&mut self, name: &'static str, value: impl Into<Value>) -> &mut Self {
        self.items.push(Item::Attribute(fixed(name), value.into()));
        self
    }

    /// Adds an attribute if there is a value for it.
    pub fn set_some(&mut self, name: &'static str, value: Option<impl Into<Value>>) -> &mut Self {
        if let Some(value) = value {
            self.set(name, value);
        }
        self
    }

    /// Adds a comment, wrapped to the width of a page. A value in it stays in it.
    pub fn comment(&mut self, text: impl Into<String>) -> &mut Self {
        self.items.push(Item::Comment(text.into()));
        self
    }

    /// Adds a blank line.
    pub fn gap(&mut self) -> &mut Self {
        self.items.push(Item::Gap);
        self
    }

    /// Adds a block without labels.
    pub fn block(&mut self, kind: &'static str, fill: impl FnOnce(&mut Body)) -> &mut Self {
        self.labelled(kind, Vec::new(), fill)
    }

    /// Adds a block with one label: `provider "proxmox"`.
    pub fn named(&mut self, kind: &'static str, label: &Identifier, fill: impl FnOnce(&mut Body)) -> &mut Self {
        self.labelled(kind, vec![label.clone()], fill)
    }

    /// Adds a resource.
    pub fn resource(&mut self, kind: &Identifier, name: &Identifier, fill: impl FnOnce(&mut Body)) -> &mut Self {
        self.labelled("resource", vec![kind.clone(), name.clone()], fill)
    }

    fn labelled(&mut self, kind: &'static str, labels: Vec<Identifier>, fill: impl FnOnce(&mut Body)) -> &mut Self {
        let mut body = Body::new();
        fill(&mut body);
        self.items.push(Item::Block(Block { kind: fixed(kind), labels, body }));
        self
    }

    /// The text of the file that it is.
    pub fn print(&self) -> String {
        print::file(self)
    }
}

/// A name that this program wrote itself.
///
/// # Panics
///
/// When it is none, which is a mistake of ours and independent of any input.
pub fn fixed(name: &'static str) -> Identifier {
    Identifier::new(name).unwrap_or_else(|| panic!("{name:?} is no identifier of HCL"))
}
