//! What a type adds to a value of it: a record type names its fields, with what they are when nobody says, and a list or
//! map hands that on to what is in it. Most types add nothing.

use super::types::{DefId, Definition, Schema, Type, TypeId};

/// What a type adds to a value of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Nothing.
    Plain,
    /// The fields of a record type.
    Record(DefId),
    /// To each field of a record, what this type adds.
    Map(TypeId),
    /// To each item, what this type adds.
    List(TypeId),
    /// To what a tag carries, what the type of that adds.
    Union(DefId),
    /// To what a function is given and to what it gives, what their types add.
    Function(TypeId, TypeId),
}

/// What each type of a schema adds, by its index.
pub fn of(schema: &Schema) -> Vec<Shape> {
    let mut shapes = vec![Shape::Plain; schema.types.len()];
    // A type that adds something is found from what is in it outwards: it may be written in any order, and hold itself.
    let mut holders: Vec<Vec<TypeId>> = vec![Vec::new(); schema.types.len()];
    let mut found = Vec::new();
    for (at, ty) in schema.types.iter().enumerate() {
        let id = TypeId(at as u32);
        for part in parts(schema, *ty) {
            holders[part.0 as usize].push(id);
        }
        if let Type::Ref(def) | Type::Named(def) = *ty
            && let Definition::Record { .. } = schema.def(def).definition
        {
            shapes[at] = Shape::Record(def);
            found.push(id);
        }
    }
    while let Some(part) = found.pop() {
        for holder in std::mem::take(&mut holders[part.0 as usize]) {
            if shapes[holder.0 as usize] == Shape::Plain {
                shapes[holder.0 as usize] = match schema.ty(holder) {
                    Type::List(item) => Shape::List(item),
                    Type::Map(item) => Shape::Map(item),
                    Type::Function(takes, gives) => Shape::Function(takes, gives),
                    Type::Option(inner) => shapes[inner.0 as usize],
                    Type::Ref(def) | Type::Named(def) => Shape::Union(def),
                    Type::Any | Type::Data | Type::Scalar(_) | Type::Infer | Type::Var(_) => continue,
                };
                found.push(holder);
            }
        }
    }
    shapes
}

/// The types in a type, except in a record: that adds something by itself.
fn parts(schema: &Schema, ty: Type) -> Vec<TypeId> {
    match ty {
        Type::List(inner) | Type::Map(inner) | Type::Option(inner) => vec![inner],
        Type::Function(takes, gives) => vec![takes, gives],
        Type::Ref(def) | Type::Named(def) => match &schema.def(def).definition {
            Definition::Union(cases) => cases.iter().filter_map(|(_, carried)| *carried).collect(),
            Definition::Record { .. } => Vec::new(),
        },
        Type::Any | Type::Data | Type::Scalar(_) | Type::Infer | Type::Var(_) => Vec::new(),
    }
}
