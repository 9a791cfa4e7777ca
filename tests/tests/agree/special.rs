//! What only some types have: operators, builtins, literals with parts.

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
            _ if *ty == BOOL => self.bool(depth),
            _ if *ty == INT => self.int(depth),
            _ if *ty == STRING => self.string(depth),
            _ if *ty == ADDRESS => self.address(depth),
            _ if *ty == SIZE || *ty == DURATION => {
                let operator = *self.choices.pick(&["+", "-", "*", "/"]);
                let left = self.known(ty, depth);
                left.binary(operator, self.expr(if "+-".contains(operator) { ty } else { &INT }, depth))
            }
            _ => self.leaf(ty),
        }
    }

    fn bool(&mut self, depth: usize) -> Expr {
        match self.choices.below(6) {
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
            4 => {
                let ty = self.data(1);
                let item = self.expr(&ty, depth);
                Expr::call("elem", vec![item, self.expr(&Type::list(ty), depth)])
            }
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
        match self.choices.below(5) {
            0 | 1 => {
                let operator = *self.choices.pick(&["+", "-", "*", "/"]);
                self.expr(&INT, depth).binary(operator, self.expr(&INT, depth))
            }
            2 => Expr::Unary("-", Box::new(self.expr(&INT, depth))),
            3 => {
                let ty = self.data(1);
                Expr::call("length", vec![self.expr(&Type::list(ty), depth)])
            }
            _ => {
                let name = *self.choices.pick(&["min", "max"]);
                Expr::call(name, vec![self.expr(&INT, depth), self.expr(&INT, depth)])
            }
        }
    }

    fn string(&mut self, depth: usize) -> Expr {
        match self.choices.below(3) {
            0 | 1 => {
                let parts = 1 + self.choices.below(2);
                let mut types = (0..parts).map(|_| self.choices.pick(&TEXTUAL).clone()).collect::<Vec<_>>();
                Expr::Text(types.drain(..).map(|ty| self.known(&ty, depth)).collect())
            }
            _ => Expr::call("pad", vec![Expr::Literal("3"), self.expr(&INT, depth)]),
        }
    }

    fn address(&mut self, depth: usize) -> Expr {
        match self.choices.below(3) {
            0 | 1 => {
                let operator = *self.choices.pick(&["+", "-"]);
                self.known(&ADDRESS, depth).binary(operator, self.expr(&INT, depth))
            }
            _ => Expr::call("host", vec![self.known(&PREFIX, depth), self.expr(&INT, depth)]),
        }
    }

    fn list(&mut self, item: &Type, depth: usize) -> Expr {
        let list = Type::list(item.clone());
        match self.choices.below(9) {
            0 => Expr::List((0..self.choices.below(4)).map(|_| self.expr(item, depth)).collect()),
            1 => self.expr(&list, depth).binary("++", self.expr(&list, depth)),
            2 | 3 => {
                let from = self.data(1);
                let source = self.known(&Type::list(from.clone()), depth);
                let function = match self.choices.once_in(3) {
                    true => self.expr(&Type::function(from, item.clone()), depth),
                    false => self.lambda(&from, item, depth, true),
                };
                Expr::call("map", vec![function, source])
            }
            4 => {
                let source = self.known(&list, depth);
                let function = self.lambda(item, &BOOL, depth, true);
                Expr::call("filter", vec![function, source])
            }
            5 => Expr::call("tail", vec![self.expr(&list, depth)]),
            6 => Expr::call("concat", vec![self.expr(&Type::list(list), depth)]),
            7 if *item == INT => Expr::call(
                "range",
                vec![Expr::Literal("1"), Expr::Literal(self.choices.pick::<&str>(&["3", "1", "0"]))],
            ),
            7 if *item == STRING => {
                let record = Type::Record(vec![("a".to_owned(), INT), ("b".to_owned(), INT)]);
                Expr::call("names", vec![self.known(&record, depth)])
            }
            _ => {
                let record = Type::Record(vec![("a".to_owned(), item.clone()), ("b".to_owned(), item.clone())]);
                let record = self.known(&record, depth);
                let record = match self.choices.once_in(3) {
                    true => Expr::call("mapValues", vec![self.lambda(item, item, depth, true), record]),
                    false => record,
                };
                Expr::call("values", vec![record])
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
