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
    // A type may be written behind those that hold it, and hold itself: until nothing changes.
    loop {
        let next: Vec<Shape> = schema.types.iter().map(|ty| shape(schema, *ty, &shapes)).collect();
        if next == shapes {
            return shapes;
        }
        shapes = next;
    }
}

fn shape(schema: &Schema, ty: Type, known: &[Shape]) -> Shape {
    let adds = |ty: &TypeId| known[ty.0 as usize] != Shape::Plain;
    match ty {
        Type::Any | Type::Scalar(_) | Type::Infer | Type::Var(_) => Shape::Plain,
        Type::Option(inner) => known[inner.0 as usize],
        Type::Function(takes, gives) if adds(&takes) || adds(&gives) => Shape::Function(takes, gives),
        Type::Function(..) => Shape::Plain,
        Type::List(item) if adds(&item) => Shape::List(item),
        Type::Map(item) if adds(&item) => Shape::Map(item),
        Type::List(_) | Type::Map(_) => Shape::Plain,
        Type::Ref(def) | Type::Named(def) => match &schema.def(def).definition {
            Definition::Record { .. } => Shape::Record(def),
            Definition::Union(cases) if cases.iter().any(|(_, payload)| payload.as_ref().is_some_and(&adds)) => {
                Shape::Union(def)
            }
            Definition::Union(_) => Shape::Plain,
        },
    }
}
