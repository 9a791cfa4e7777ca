//! One mistake in a program that was right: a literal of another type, a name with a letter too many, an argument that is
//! left out, another operator, an arm that is missing.

use arvc_tests::random::Choices;

use super::program::Expr;
use super::types::SCALARS;

/// Puts one mistake into a program, if there is a place for one.
pub fn make(program: &mut Expr, choices: &mut Choices) {
    let mut places = 0;
    program.walk(&mut |part| places += usize::from(is_a_place(part)));
    if places == 0 {
        return;
    }
    let mut left = choices.below(places);
    program.walk(&mut |part| {
        if is_a_place(part) {
            if left == 0 {
                put(part, choices);
            }
            left = left.wrapping_sub(1);
        }
    });
}

fn is_a_place(part: &Expr) -> bool {
    match part {
        Expr::Literal(_) | Expr::Select(..) | Expr::Call(..) | Expr::Binary(..) => true,
        Expr::Match(_, arms) => !arms.is_empty(),
        Expr::Record(fields) => !fields.is_empty(),
        _ => false,
    }
}

fn put(part: &mut Expr, choices: &mut Choices) {
    match part {
        Expr::Literal(text) => {
            let kind = choices.below(SCALARS.len());
            *text = *choices.pick(&SCALARS[kind].1);
        }
        Expr::Select(_, name) => name.push('x'),
        Expr::Call(_, arguments) => match choices.below(3) {
            0 => drop(arguments.pop()),
            1 => arguments.push(Expr::Literal("1")),
            _ => arguments.reverse(),
        },
        Expr::Binary(operator, _) => *operator = *choices.pick(&["+", "++", "//", "&", "==", "<", "&&", "*"]),
        Expr::Match(_, arms) => {
            let at = choices.below(arms.len());
            match choices.below(2) {
                0 if arms[at].0 != "_" => arms[at].0.insert(0, 'X'),
                _ => drop(arms.remove(at)),
            }
        }
        Expr::Record(fields) => {
            let at = choices.below(fields.len());
            match choices.below(2) {
                0 => {
                    let name = &mut fields[at].name;
                    name.insert(name.find(' ').unwrap_or(name.len()), 'x');
                }
                _ => drop(fields.remove(at)),
            }
        }
        _ => {}
    }
}
