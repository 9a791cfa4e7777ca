//! Functions: their parameters, their calls, and the arms of `match`.

use super::Checker;
use super::env::{EnvId, Frame};
use super::trail::{Root, Trail};
use super::ty::{Field, Rec, Rest, Slot, Ty, TyId, Types, Var};
use super::unify::Mismatch;
use crate::errors::{missing_case, not_a_function, unknown_argument, unknown_tag, wrong_operand};
use crate::ir::{Children, Expr, ExprId, FnId, Pattern, PatternField};
use crate::schema::types::{DefId, Definition};
use arvc_syntax::source::Span;

impl Checker<'_> {
    /// A function that nothing says the type of.
    pub(super) fn lambda(&mut self, id: ExprId, function: FnId, env: EnvId) -> TyId {
        let itself = self.progress.get(&id).copied();
        self.lambda_in(id, function, env, itself)
    }

    /// As `lambda`; what a function that calls itself is, its body knows.
    fn lambda_in(&mut self, id: ExprId, function: FnId, env: EnvId, itself: Option<TyId>) -> TyId {
        let (parameter, inner) = self.parameter(id, function, env, None);
        let wanted = itself.map(|itself| {
            let result = self.types.free(self.level);
            let known = self.types.add(Ty::Function(parameter, result));
            // What its defaults ask of it may not fit; then the definition says so.
            let _ = self.unify(itself, known);
            result
        });
        let trail = std::mem::replace(&mut self.trail, Trail::NONE);
        let program = self.program;
        let body = program.functions[function.0 as usize].body;
        let mut result = match (wanted, program.get(body)) {
            (Some(_), Expr::Lambda(further)) => {
                let ty = self.lambda_in(body, further, inner, wanted);
                self.know(body, ty);
                ty
            }
            _ => self.infer(body, inner),
        };
        if let Some(wanted) = wanted {
            result = self.gives(body, function, result, wanted);
        }
        self.trail = trail;
        self.types.add(Ty::Function(parameter, result))
    }

    /// What a function gives, by what its calls of itself have made of that.
    fn gives(&mut self, body: ExprId, function: FnId, result: TyId, wanted: TyId) -> TyId {
        let ((result, node), (wanted, known)) = (self.types.resolve(result), self.types.resolve(wanted));
        if result == wanted {
            return result;
        }
        match (self.unify(wanted, result), node, known) {
            (Ok(()), ..) => result,
            // Records in records: only evaluation knows how many.
            (Err(Mismatch::Infinite), Ty::Record(_), Ty::Var(var)) => {
                self.types.vars[var.0 as usize] = Var::Bound(Types::ANY);
                Types::ANY
            }
            (Err(_), Ty::Record(_), Ty::Record(_)) => Types::ANY,
            (Err(mismatch), ..) => {
                let name = self.function_name(function, body);
                self.trail = self.trails.root(Root::Words(format!("the result of {name}")));
                self.mismatch(body, result, wanted, &mismatch);
                Types::ERROR
            }
        }
    }

    /// A function that should take and give certain types.
    pub(super) fn check_lambda(&mut self, id: ExprId, function: FnId, env: EnvId, parameter: TyId, result: TyId) {
        let (_, inner) = self.parameter(id, function, env, Some(parameter));
        let body = self.program.functions[function.0 as usize].body;
        let name = self.program.functions[function.0 as usize].name;
        let operand = self.trails.is_operand(self.trail);
        let words = match (name, self.callee.as_deref().filter(|_| operand)) {
            (_, Some(callee)) => format!("the result of the function given to `{callee}`"),
            (Some(name), None) => format!("the result of `{}`", self.names.get(name)),
            (None, None) => "the result of the function".to_owned(),
        };
        let (_, node) = self.types.resolve(result);
        // Further parameters are no result yet.
        match (node, self.program.get(body)) {
            (Ty::Function(parameter, result), Expr::Lambda(function)) => {
                self.check_lambda(body, function, inner, parameter, result);
            }
            _ if operand => self.operand_wanted(body, inner, result, &words),
            _ => self.wanted(body, inner, result, &words),
        }
    }

    /// The type of a function's parameter, and the frame of its names.
    fn parameter(&mut self, id: ExprId, function: FnId, env: EnvId, given: Option<TyId>) -> (TyId, EnvId) {
        let program = self.program;
        let Pattern::Record { fields, open, whole } = &program.functions[function.0 as usize].pattern else {
            let parameter = given.unwrap_or_else(|| self.types.free(self.level));
            let inner = self.env(env, Frame::Parameters(vec![parameter]));
            return (parameter, inner);
        };
        let mut slots = Vec::with_capacity(fields.len() + 1);
        let mut all = Vec::with_capacity(fields.len());
        for field in fields.iter().copied() {
            let ty = match field.ty {
                Some(ty) => self.declared(ty),
                // An empty record as the default says nothing about its fields.
                None if field.default.is_some_and(|default| self.is_empty_record(default)) => Types::ANY,
                None => self.types.free(self.level),
            };
            slots.push(if field.optional { self.types.option(ty) } else { ty });
            let optional = field.optional || field.default.is_some();
            all.push(Field { name: field.key.name, key: field.key.span, slot: Slot::Known(ty), optional });
        }
        let rest = if *open { Rest::Open } else { Rest::Closed };
        let parameter = self.types.record(Rec { fields: all.into(), rest, of: Some(function), at: None });
        if *whole {
            slots.push(given.unwrap_or(parameter));
        }
        if let Some(given) = given
            && let Err(mismatch) = self.subsume(given, parameter)
        {
            self.given_other(id, fields, given, parameter, &mismatch);
        }
        let types = slots.clone();
        let inner = self.env(env, Frame::Parameters(slots));
        for (field, ty) in fields.iter().zip(types) {
            if let Some(default) = field.default {
                let what = format!("the default of `{}`", self.names.get(field.key.name));
                self.wanted(default, inner, ty, &what);
            }
        }
        (parameter, inner)
    }

    /// A pattern asks for other fields than what the function will be given has.
    fn given_other(&mut self, id: ExprId, fields: &[PatternField], given: TyId, parameter: TyId, mismatch: &Mismatch) {
        match mismatch {
            Mismatch::Missing(name, _) if self.callee.is_some() => {
                if let Some(field) = fields.iter().find(|field| field.key.name == *name) {
                    self.select(given, *name, field.key.span, true);
                    return self.poison(id);
                }
            }
            Mismatch::Unknown(name, _) if self.callee.is_some() => {
                let known: Vec<&str> = fields.iter().map(|field| self.names.get(field.key.name)).collect();
                let callee = self.callee.clone().unwrap_or_default();
                let text = self.names.get(*name);
                let pattern =
                    self.short(self.pattern_span(id)).unwrap_or_else(|| format!("{{ {} }}", known.join(", ")));
                let open = match pattern.strip_suffix('}') {
                    Some(inside) => format!("{}, ... }}", inside.trim_end().trim_end_matches(',')),
                    None => format!("{{ {}, ... }}", known.join(", ")),
                };
                let diagnostic = unknown_argument::given(
                    &format!("the function given to `{callee}`"),
                    text,
                    self.pattern_span(id),
                    &open,
                );
                self.report(diagnostic);
                return self.poison(id);
            }
            _ => {}
        }
        self.mismatch(id, given, parameter, mismatch);
    }

    /// The pattern of a function, as it is written.
    fn pattern_span(&self, id: ExprId) -> Span {
        let span = self.span(id);
        match self.sources.text(span).find("}:") {
            Some(end) => Span::new(span.start, span.start + end as u32 + 1),
            None => span,
        }
    }

    fn is_empty_record(&self, id: ExprId) -> bool {
        matches!(self.program.get(id), Expr::Record { len: 0, .. })
    }

    /// A call. What it should give, if that is known, says what its arguments are.
    pub(super) fn call(&mut self, id: ExprId, children: Children, env: EnvId, expected: Option<TyId>) -> TyId {
        let program = self.program;
        let all = program.children(children);
        let (callee, arguments) = (all[0], &all[1..]);
        let mut result = self.infer(callee, env);
        let mut parameters = Vec::with_capacity(arguments.len());
        for (at, argument) in arguments.iter().enumerate() {
            let (ty, node) = self.types.resolve(result);
            match node {
                Ty::Function(parameter, next) => {
                    parameters.push(parameter);
                    result = next;
                }
                Ty::Var(_) => {
                    let (parameter, next) = (self.types.free(self.level), self.types.free(self.level));
                    let function = self.types.add(Ty::Function(parameter, next));
                    if let Err(mismatch) = self.unify(ty, function) {
                        self.mismatch(callee, ty, function, &mismatch);
                        return self.abandoned(&arguments[at..], env);
                    }
                    parameters.push(parameter);
                    result = next;
                }
                Ty::Error | Ty::Any | Ty::Data => {
                    self.abandoned(&arguments[at..], env);
                    // Those before it are looked at all the same.
                    break;
                }
                _ if self.refuse_absent(callee, ty) => return self.abandoned(&arguments[at..], env),
                _ => {
                    let by_name = match at {
                        0 => None,
                        _ => self.by_name_after_all(callee, arguments[0], parameters[0], env),
                    };
                    self.no_function(id, callee, at, *argument, ty, by_name);
                    self.abandoned(&arguments[at..], env);
                    return Types::ERROR;
                }
            }
        }
        // What may be absent says nothing of a result that hangs on the arguments: it may be there or not.
        let open = matches!(self.types.get(result), Ty::Var(_));
        if let Some(expected) = expected
            && !(open && matches!(self.types.get(expected), Ty::Option(_)))
        {
            // What does not fit is said when the arguments are known.
            let around = self.meeting.take();
            let before = match self.types.resolve(expected) {
                (_, Ty::Var(var)) => Some((var, self.types.vars[var.0 as usize].clone())),
                _ => None,
            };
            if let (Err(_), Some((var, free))) = (self.subsume(result, expected), before) {
                // A type that does not fit is not what was wanted.
                self.types.vars[var.0 as usize] = free;
            }
            self.meeting = around;
        }
        let name = self.callee_text(callee);
        let builtin = self.is_builtin(callee);
        let count = arguments.len();
        if builtin && self.swapped(callee, arguments, &parameters, env) {
            self.poison(id);
            return Types::ERROR;
        }
        let given = arguments.iter().copied().zip(parameters).enumerate();
        let (later, first): (Vec<_>, Vec<_>) =
            given.partition(|(_, (argument, _))| matches!(program.get(*argument), Expr::Lambda(_)));
        // What a function is given tells what its own parameters are, so those come last.
        for (at, (argument, parameter)) in first.into_iter().chain(later) {
            let words = argument_words(name.as_deref(), at, count);
            // An empty record to begin with is a map that gets its fields.
            if builtin && self.is_empty_record(argument) && matches!(self.types.resolve(parameter).1, Ty::Var(_)) {
                let map = self.types.map(Types::ANY);
                let _ = self.unify(parameter, map);
            }
            let around = std::mem::replace(&mut self.callee, name.clone());
            match builtin {
                true => self.operand_wanted(argument, env, parameter, &words),
                false => self.wanted(argument, env, parameter, &words),
            }
            self.callee = around;
        }
        result
    }

    /// Whether a function of the language is given a list or record first, and behind it the function that it takes first.
    fn swapped(&mut self, callee: ExprId, arguments: &[ExprId], parameters: &[TyId], env: EnvId) -> bool {
        let (&[first, second, ..], &[wanted, other, ..]) = (arguments, parameters) else { return false };
        let is_function = |checker: &mut Self, ty| matches!(checker.types.resolve(ty).1, Ty::Function(..));
        let lambda = |expr| matches!(self.program.get(expr), Expr::Lambda(_));
        let taken = is_function(self, wanted) && matches!(self.types.resolve(other).1, Ty::List(_) | Ty::Record(_));
        if !taken || !lambda(second) || lambda(first) {
            return false;
        }
        let ty = self.infer(first, env);
        let (ty, node) = self.types.resolve(ty);
        if !matches!(node, Ty::List(_) | Ty::Record(_) | Ty::View(..) | Ty::Named(_)) {
            return false;
        }
        let found = self.describe(ty);
        let name = self.callee_text(callee).unwrap_or_default();
        let words = argument_words(Some(&name), 0, 2);
        let mut diagnostic = wrong_operand::wanted(&words, &found, "a function", self.span(first))
            .secondary(self.span(second), "the function");
        diagnostic = match (self.short(self.span(first)), self.short(self.span(second))) {
            (Some(first), Some(second)) => {
                let call = format!(
                    "`{name} ({second}) {}`",
                    if first.starts_with('[') { first } else { format!("({first})") }
                );
                diagnostic.help(format!("the function stands first: {call}"))
            }
            _ => diagnostic.help("the function stands first"),
        };
        self.report(diagnostic);
        true
    }

    /// Looks at arguments of something that takes none.
    fn abandoned(&mut self, arguments: &[ExprId], env: EnvId) -> TyId {
        for argument in arguments {
            self.infer(*argument, env);
        }
        Types::ERROR
    }

    /// What is called, as it is written.
    pub(super) fn callee_text(&mut self, callee: ExprId) -> Option<String> {
        match self.program.get(callee) {
            Expr::Select(_, name, _) if self.is_builtin(callee) => Some(self.names.get(name).to_owned()),
            Expr::Local { .. } | Expr::Global(_) | Expr::Select(..) | Expr::Builtin(_) => self.short(self.span(callee)),
            _ => None,
        }
    }

    /// Whether a function of the language is called, or a member of a value.
    fn is_builtin(&mut self, callee: ExprId) -> bool {
        match self.program.get(callee) {
            Expr::Builtin(_) => true,
            Expr::Select(base, ..) => match self.known(base) {
                Some(ty) => matches!(self.types.get(ty), Ty::Scalar(_)),
                None => false,
            },
            _ => false,
        }
    }

    fn no_function(
        &mut self,
        id: ExprId,
        callee: ExprId,
        at: usize,
        argument: ExprId,
        ty: TyId,
        by_name: Option<String>,
    ) {
        let found = self.describe(ty);
        let diagnostic = match at {
            0 => {
                let flows = &self.program.flows;
                let ports = flows.iter().any(|flow| flow.target == id && flow.ports.is_none());
                match not_a_function::indexed(self.sources, self.span(callee), self.span(argument)) {
                    Some(field) => not_a_function::by_index(&found, self.span(callee), &field),
                    None => not_a_function::kind(&found, self.span(callee), ports),
                }
            }
            taken => {
                let name = self.callee_text(callee);
                let diagnostic = not_a_function::further(name.as_deref(), taken, &found, self.span(argument));
                match by_name {
                    Some(help) => diagnostic.help(help),
                    None => diagnostic,
                }
            }
        };
        self.report(diagnostic);
    }

    /// `match`; with what it should give, if that is known.
    pub(super) fn matching(
        &mut self,
        id: ExprId,
        subject: ExprId,
        first: u32,
        count: u32,
        env: EnvId,
        expected: Option<TyId>,
    ) -> TyId {
        let program = self.program;
        let arms = &program.arms[first as usize..(first + count) as usize];
        let ty = self.infer(subject, env);
        let absent = self.refuse_absent(subject, ty);
        let (ty, node) = self.types.resolve(ty);
        let union = match node {
            Ty::Named(def) if !self.is_record(def) => Some(def),
            Ty::Var(_) => {
                let def = arms.iter().find_map(|arm| self.tag_type(arm.tag?.name));
                if let Some(def) = def {
                    let named = self.types.add(Ty::Named(def));
                    let _ = self.unify(ty, named);
                }
                def
            }
            _ => None,
        };
        if union.is_none() && !node.is_vague() && !absent && !matches!(node, Ty::Var(_)) {
            let found = self.describe(ty);
            let span = self.span(subject);
            self.report(wrong_operand::wanted("what `match` looks at", &found, "a tag", span));
            self.poison(id);
        }
        if let Some(def) = union {
            self.exhaustive(id, def, arms);
        }
        let mut result: Option<(ExprId, TyId)> = None;
        for arm in arms {
            let inner = match arm.binds {
                true => {
                    let payload = union.and_then(|def| self.payload(def, arm.tag?.name)).unwrap_or(Types::ANY);
                    self.arm(payload, env)
                }
                false => env,
            };
            match expected {
                Some(expected) => self.check(arm.body, inner, expected),
                None => {
                    let ty = self.infer(arm.body, inner);
                    result = Some(match result {
                        None => (arm.body, ty),
                        Some((first, known)) => (first, self.branches(first, known, arm.body, ty)),
                    });
                }
            }
        }
        expected.or(result.map(|(_, ty)| ty)).unwrap_or(Types::ERROR)
    }

    /// What a tag carries.
    fn payload(&mut self, def: DefId, tag: arvc_syntax::intern::Symbol) -> Option<TyId> {
        let schema = std::sync::Arc::clone(&self.schema);
        let Definition::Union(cases) = &schema.def(def).definition else { return None };
        let ty = cases.iter().find(|(name, _)| *name == tag)?.1?;
        Some(self.declared(ty))
    }

    fn exhaustive(&mut self, id: ExprId, def: DefId, arms: &[crate::ir::Arm]) {
        let schema = std::sync::Arc::clone(&self.schema);
        let definition = schema.def(def);
        let Definition::Union(cases) = &definition.definition else { return };
        let owner = self.names.get(definition.name);
        let tags: Vec<&str> = cases.iter().map(|(name, _)| self.names.get(*name)).collect();
        let mut wrong = false;
        for (arm, key) in arms.iter().filter_map(|arm| Some((arm, arm.tag?))) {
            let text = self.names.get(key.name);
            let problem = match cases.iter().find(|(name, _)| *name == key.name) {
                None => unknown_tag::new(owner, text, key.span, &tags),
                Some((_, payload)) if payload.is_some() != arm.carries => {
                    unknown_tag::payload(owner, text, key.span, payload.is_some())
                }
                Some(_) => continue,
            };
            wrong = true;
            self.report(problem);
        }
        if wrong {
            // The tag that was meant would have no arm.
            self.poison(id);
        }
        if wrong || arms.iter().any(|arm| arm.tag.is_none()) {
            return;
        }
        let lacks = |name| arms.iter().all(|arm| arm.tag.is_none_or(|tag| tag.name != name));
        let missing: Vec<(&str, bool)> = cases
            .iter()
            .filter(|(name, _)| lacks(*name))
            .map(|(name, carried)| (self.names.get(*name), carried.is_some()))
            .collect();
        if !missing.is_empty() {
            let word = missing_case::word(self.span(id));
            self.report(missing_case::new(Some(owner), &missing, word));
            self.poison(id);
        }
    }
}

/// An argument in words.
fn argument_words(function: Option<&str>, at: usize, count: usize) -> String {
    let function = function.map_or_else(|| "the function".to_owned(), |name| format!("`{name}`"));
    match (count, ["first", "second", "third", "fourth"].get(at)) {
        (1, _) => format!("the argument of {function}"),
        (_, Some(place)) => format!("the {place} argument of {function}"),
        (_, None) => format!("an argument of {function}"),
    }
}
