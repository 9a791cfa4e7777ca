//! What only some types have: operators, and literals with parts.

use super::generate::Generator;
use super::program::{Expr, Field};
use super::types::*;

impl Generator {
    /// An expression that only this type has.
    pub(super) fn special(&mut self, ty: &Type, depth: usize) -> Expr {
        let depth = depth - 1;
        match ty {
            Type::Function(argument, result) => self.lambda(argument, result, depth, false),
            Type::List(item) => self.list(item, depth),
            Type::Record(fields) => self.record(fields, depth),
            Type::Named(definition) => self.made(definition, depth),
            Type::Map(_) => self.function(ty, depth),
            _ if *ty == BOOL => self.bool(depth),
            _ if *ty == INT => self.int(depth),
            _ if *ty == STRING => self.string(depth),
            _ if *ty == ADDRESS => self.address(depth),
            _ if *ty == SIZE || *ty == DURATION => {
                let operator = *self.choices.pick(&["+", "-", "*", "/"]);
                let left = self.known(ty, depth);
                left.binary(operator, self.expr(if "+-".contains(operator) { ty } else { &INT }, depth))
            }
            _ => self.function(ty, depth),
        }
    }

    fn bool(&mut self, depth: usize) -> Expr {
        match self.choices.below(5) {
            0 => {
                let ty = self.data(1);
                let operator = *self.choices.pick(&["==", "!="]);
                self.expr(&ty, depth).binary(operator, self.expr(&ty, depth))
            }
            1 => {
                let ty = self.choices.pick(&ORDERED).clone();
                let operator = *self.choices.pick(&["<", "<=", ">", ">="]);
                self.known(&ty, depth).binary(operator, self.expr(&ty, depth))
            }
            2 => {
                let operator = *self.choices.pick(&["&&", "||"]);
                self.expr(&BOOL, depth).binary(operator, self.expr(&BOOL, depth))
            }
            3 => Expr::Unary("!", Box::new(self.expr(&BOOL, depth))),
            _ => {
                let optional = self.optional();
                match optional.is_empty() {
                    true => self.leaf(&BOOL),
                    false => {
                        let name = self.choices.pick(&optional).clone();
                        let argument = Expr::record(vec![("a".to_owned(), Expr::Name(name))]);
                        Expr::Has(Box::new(argument), "a".to_owned())
                    }
                }
            }
        }
    }

    fn int(&mut self, depth: usize) -> Expr {
        match self.choices.below(4) {
            0 | 1 => {
                let operator = *self.choices.pick(&["+", "-", "*", "/"]);
                self.expr(&INT, depth).binary(operator, self.expr(&INT, depth))
            }
            2 => Expr::Unary("-", Box::new(self.expr(&INT, depth))),
            // How often the one fits into the other, and how far they are apart.
            _ => {
                let (ty, operator) = self.choices.pick(&[(SIZE, "/"), (DURATION, "/"), (ADDRESS, "-")]).clone();
                self.known(&ty, depth).binary(operator, self.known(&ty, depth))
            }
        }
    }

    fn string(&mut self, depth: usize) -> Expr {
        let mut parts = Vec::new();
        for _ in 0..1 + self.choices.below(2) {
            let ty = self.choices.pick(&TEXTUAL).clone();
            parts.push(self.known(&ty, depth));
        }
        Expr::Text(parts)
    }

    fn address(&mut self, depth: usize) -> Expr {
        let operator = *self.choices.pick(&["+", "-"]);
        self.known(&ADDRESS, depth).binary(operator, self.expr(&INT, depth))
    }

    fn list(&mut self, item: &Type, depth: usize) -> Expr {
        match self.choices.below(2) {
            // An empty one is of any type, which its user then has to say.
            0 => Expr::List((0..1 + self.choices.below(3)).map(|_| self.expr(item, depth)).collect()),
            _ => {
                let list = Type::list(item.clone());
                self.expr(&list, depth).binary("++", self.expr(&list, depth))
            }
        }
    }

    fn record(&mut self, fields: &[(String, Type)], depth: usize) -> Expr {
        match self.choices.below(4) {
            0 | 1 => {
                let mut written = Vec::new();
                for (name, ty) in fields {
                    written.push((name.clone(), self.expr(ty, depth)));
                }
                self.choices.shuffle(&mut written);
                Expr::record(written)
            }
            // Each field is on the left, on the right, or on both.
            2 => {
                let (mut left, mut right) = (Vec::new(), Vec::new());
                for field in fields {
                    let side = self.choices.below(3);
                    if side != 1 {
                        left.push(field.clone());
                    }
                    if side != 0 {
                        right.push(field.clone());
                    }
                }
                self.known(&Type::Record(left), depth).binary("//", self.known(&Type::Record(right), depth))
            }
            // What is on both sides is a default on one.
            _ => {
                let (mut left, mut right) = (Vec::new(), Vec::new());
                for (name, ty) in fields {
                    let side = self.choices.below(4);
                    let weak = if side == 2 { ["default ", ""] } else { ["", "default "] };
                    if side != 1 {
                        left.push(Field { name: name.clone(), mark: weak[0], value: self.known(ty, depth) });
                    }
                    if side != 0 {
                        right.push(Field { name: name.clone(), mark: weak[1], value: self.known(ty, depth) });
                    }
                }
                Expr::Record(left).binary("&", Expr::Record(right))
            }
        }
    }
}
