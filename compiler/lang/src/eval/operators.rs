//! Arithmetic, comparison and joining of lists: a table on the kind of the left operand.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::errors;
use crate::eval::line::shift_mac;
use crate::eval::machine::Machine;
use crate::eval::value::{Kind, Reported, Value};
use crate::ir::{Binary, Expr, ExprId};

impl Machine<'_> {
    pub(super) fn truth(&mut self, value: Value, at: ExprId, what: &str) -> Result<bool, Reported> {
        match value.kind {
            Kind::Bool(holds) => Ok(holds),
            _ => Err(errors::wrong_operand::expected(self, at, value, what, "a Bool")),
        }
    }

    pub(super) fn unary(&mut self, id: ExprId, value: Value) -> Result<Value, Reported> {
        match (self.program.get(id), value.kind) {
            (Expr::Not(operand), _) => Ok(Value::bool(!self.truth(value, operand, "what `!` negates")?, id)),
            (Expr::Negate(_), Kind::Int(value)) => match i64::from(value).checked_neg() {
                Some(negated) => Ok(Value::int(negated, id)),
                None => Err(errors::overflow::report(self, id, "-")),
            },
            (Expr::Negate(_), Kind::Line(line)) => self.negate_line(id, line),
            (Expr::Negate(operand), _) => {
                Err(errors::wrong_operand::expected(self, operand, value, "what `-` negates", "an Int"))
            }
            _ => unreachable!("an operator with one operand"),
        }
    }

    /// An operator that needs no more than its two operands.
    pub(super) fn operate(
        &mut self,
        id: ExprId,
        operator: Binary,
        left: Value,
        right: Value,
    ) -> Result<Value, Reported> {
        match operator {
            Binary::Append => self.append(id, left, right),
            Binary::Less | Binary::LessEqual | Binary::Greater | Binary::GreaterEqual => {
                self.compare(id, operator, left, right)
            }
            _ => self.compute(id, operator, left, right),
        }
    }

    fn append(&mut self, id: ExprId, left: Value, right: Value) -> Result<Value, Reported> {
        let (Kind::List { start, len }, Kind::List { start: second, len: more }) = (left.kind, right.kind) else {
            return Err(errors::wrong_operand::report(self, id, Binary::Append, left, right));
        };
        self.reserve((len as usize + more as usize) * size_of::<Value>(), id)?;
        let at = self.heap.slots.len() as u32;
        self.heap.slots.extend_from_within(start as usize..(start + len) as usize);
        self.heap.slots.extend_from_within(second as usize..(second + more) as usize);
        Ok(Value::new(Kind::List { start: at, len: len + more }, id))
    }

    fn compare(&mut self, id: ExprId, operator: Binary, left: Value, right: Value) -> Result<Value, Reported> {
        let Some(order) = self.order(left, right) else {
            return Err(errors::wrong_operand::report(self, id, operator, left, right));
        };
        self.spend(self.text(left).map_or(0, str::len) / 64, id)?;
        let holds = match operator {
            Binary::Less => order.is_lt(),
            Binary::LessEqual => order.is_le(),
            Binary::Greater => order.is_gt(),
            _ => order.is_ge(),
        };
        Ok(Value::bool(holds, id))
    }

    /// The order of two values of one ordered kind.
    pub fn order(&self, left: Value, right: Value) -> Option<std::cmp::Ordering> {
        let store = &self.program.store;
        Some(match (left.kind, right.kind) {
            (Kind::Int(a), Kind::Int(b)) | (Kind::Size(a), Kind::Size(b)) | (Kind::Duration(a), Kind::Duration(b)) => {
                i64::from(a).cmp(&i64::from(b))
            }
            (Kind::Str(a), Kind::Str(b)) => store.strings[a.index()].cmp(&store.strings[b.index()]),
            (Kind::Address(a), Kind::Address(b)) => store.addresses[a.index()].cmp(&store.addresses[b.index()]),
            (Kind::Line(_), _) | (_, Kind::Line(_)) => return self.order_lines(left, right),
            _ => return None,
        })
    }

    fn compute(&mut self, id: ExprId, operator: Binary, left: Value, right: Value) -> Result<Value, Reported> {
        if let Some(result) = self.operate_on_lines(id, operator, left, right) {
            return result;
        }
        let wrap: fn(i64) -> Kind = match (left.kind, right.kind, operator) {
            (Kind::Int(_), Kind::Int(_), _)
            | (Kind::Size(_), Kind::Size(_), Binary::Divide)
            | (Kind::Duration(_), Kind::Duration(_), Binary::Divide) => |value| Kind::Int(value.into()),
            (Kind::Size(_), Kind::Size(_), Binary::Add | Binary::Subtract)
            | (Kind::Size(_), Kind::Int(_), Binary::Multiply | Binary::Divide)
            | (Kind::Int(_), Kind::Size(_), Binary::Multiply) => |value| Kind::Size(value.into()),
            (Kind::Duration(_), Kind::Duration(_), Binary::Add | Binary::Subtract)
            | (Kind::Duration(_), Kind::Int(_), Binary::Multiply | Binary::Divide)
            | (Kind::Int(_), Kind::Duration(_), Binary::Multiply) => |value| Kind::Duration(value.into()),
            (Kind::Mac(mac), Kind::Int(by), Binary::Add | Binary::Subtract) => {
                let by = i128::from(i64::from(by));
                let by = if operator == Binary::Add { by } else { -by };
                return match shift_mac(mac, by) {
                    Some(mac) => Ok(Value::new(Kind::Mac(mac), id)),
                    None => Err(errors::overflow::report(self, id, operator.text())),
                };
            }
            (Kind::Address(address), Kind::Int(by), Binary::Add | Binary::Subtract) => {
                let by = i128::from(i64::from(by));
                let by = if operator == Binary::Add { by } else { -by };
                return match shift(self.program.store.addresses[address.index()], by) {
                    Some(address) => Ok(Value::new(self.program.store.address(address), id)),
                    None => Err(errors::overflow::report(self, id, operator.text())),
                };
            }
            (Kind::Address(a), Kind::Address(b), Binary::Subtract) => {
                let store = &self.program.store;
                return match distance(store.addresses[b.index()], store.addresses[a.index()]) {
                    Some(Ok(distance)) => Ok(Value::int(distance, id)),
                    Some(Err(_)) => Err(errors::overflow::report(self, id, operator.text())),
                    None => Err(errors::wrong_operand::report(self, id, operator, left, right)),
                };
            }
            _ => return Err(errors::wrong_operand::report(self, id, operator, left, right)),
        };
        let number = |value: Value| match value.kind {
            Kind::Int(value) | Kind::Size(value) | Kind::Duration(value) => i64::from(value),
            _ => 0,
        };
        let (a, b) = (number(left), number(right));
        let result = match operator {
            Binary::Add => a.checked_add(b),
            Binary::Subtract => a.checked_sub(b),
            Binary::Multiply => a.checked_mul(b),
            _ if b == 0 => return Err(errors::division::report(self, id, right)),
            _ => a.checked_div(b),
        };
        match result.map(|value| (value, wrap(value))) {
            // A quantity is not negative.
            Some((value, kind)) if value >= 0 || matches!(kind, Kind::Int(_)) => Ok(Value::new(kind, id)),
            _ => Err(errors::overflow::report(self, id, operator.text())),
        }
    }
}

/// How far `to` lies behind `from`, if both are of one family.
pub(super) fn distance(from: IpAddr, to: IpAddr) -> Option<Result<i64, std::num::TryFromIntError>> {
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => Some(Ok(i64::from(u32::from(to)) - i64::from(u32::from(from)))),
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            let (from, to) = (u128::from(from), u128::from(to));
            // The difference of two numbers of 128 bits, if it fits, is also right when it wraps around.
            let wrapped = to.wrapping_sub(from) as i128;
            Some(if (wrapped < 0) == (to < from) { i64::try_from(wrapped) } else { i64::try_from(u128::MAX) })
        }
        _ => None,
    }
}

/// The address so many behind another, within its family.
pub fn shift(address: IpAddr, by: i128) -> Option<IpAddr> {
    Some(match address {
        IpAddr::V4(address) => {
            let moved = i128::from(u32::from(address)).checked_add(by)?;
            IpAddr::V4(Ipv4Addr::from(u32::try_from(moved).ok()?))
        }
        IpAddr::V6(address) => {
            let address = u128::from(address);
            let distance = by.unsigned_abs();
            let moved = if by < 0 { address.checked_sub(distance) } else { address.checked_add(distance) };
            IpAddr::V6(Ipv6Addr::from(moved?))
        }
    })
}
