//! Values bound to the arguments of a schema, and what is said when none of the overloads takes them.

use crate::error::{Error, Kind};
use crate::from_r::Conversion;
use crate::mismatch::Mismatch;
use crate::operator::{Overload, Plan};
use crate::r::*;
use crate::shim::{self, Value};
use crate::types::{Argument, Base};

/// The registry's longest schema has 30 arguments.
pub const MOST: usize = 32;

#[derive(Clone, Copy)]
pub struct Supplied {
    /// The argument's name, or null: positional.
    pub symbol: SEXP,
    pub value: SEXP,
    /// It equals the R function's default: an overload without this argument may ignore it.
    pub is_default: bool,
}

impl Supplied {
    pub const NONE: Supplied =
        Supplied { symbol: std::ptr::null_mut(), value: std::ptr::null_mut(), is_default: false };
}

/// Whether one binding of the schema can take the supplied values, and how well.
pub enum Fit {
    Exact,
    Loose(u32),
    /// The first argument that does not fit, counted in bindings that did.
    No(usize, Misfit),
}
pub enum Misfit {
    /// No such argument.
    Unknown(SEXP),
    TooMany,
    Lacks(usize),
    Value(usize, SEXP, Mismatch),
}

/// Binds and converts the supplied values to the schema's arguments; `values` gets one for each.
pub unsafe fn bind(
    schema: &[Argument],
    supplied: &[Supplied],
    r_conventions: bool,
    conversion: &mut Conversion,
    values: &mut [Value],
) -> Fit {
    conversion.clear();
    values.fill(Value::default());
    // an argument without a value yet still stands at its default
    let bound = |values: &[Value], i: usize| values[i].tag != shim::DEFAULT;
    let mut place = 0;
    for (taken, item) in supplied.iter().enumerate() {
        let found = if item.symbol != R_NilValue {
            match schema.iter().position(|argument| argument.symbol == item.symbol) {
                Some(i) if !bound(values, i) => i,
                _ if item.is_default => continue,
                _ => return Fit::No(taken, Misfit::Unknown(item.symbol)),
            }
        } else {
            while place < schema.len() && bound(values, place) {
                place += 1;
            }
            if place == schema.len() || schema[place].keyword_only {
                return Fit::No(taken, Misfit::TooMany);
            }
            place
        };
        let argument = &schema[found];
        if item.is_default && argument.has_default {
            continue;
        }
        let base = if r_conventions { argument.base } else { Base::Zero };
        match conversion.convert(item.value, &argument.kind, argument.fixed, base) {
            Ok(value) => values[found] = value,
            Err(mismatch) => return Fit::No(taken, Misfit::Value(found, item.value, mismatch)),
        }
    }
    for (i, argument) in schema.iter().enumerate() {
        if !bound(values, i) && !argument.has_default {
            return Fit::No(supplied.len(), Misfit::Lacks(i));
        }
    }
    match conversion.cost {
        0 => Fit::Exact,
        cost => Fit::Loose(cost),
    }
}

impl Misfit {
    /// The error of one schema.
    pub unsafe fn into_error(self, function: &str, schema: &[Argument]) -> Error {
        match self {
            Misfit::Unknown(name) => {
                let name = text_of(PRINTNAME(name));
                let error = Error::new(Kind::Type, format!("`{function}()` has no argument `{name}`")).argument(&name);
                let known: Vec<&str> = schema.iter().map(|argument| argument.name.as_str()).collect();
                if known.is_empty() {
                    return error.hint("it takes no arguments");
                }
                error.hint(format!("its arguments: {}", known.join(", ")))
            }
            Misfit::TooMany => {
                let most = schema.iter().filter(|argument| !argument.keyword_only).count();
                Error::new(Kind::Type, format!("`{function}()` takes at most {most} arguments without names"))
            }
            Misfit::Lacks(i) => {
                let argument = &schema[i];
                Error::new(
                    Kind::Type,
                    format!("`{}` is missing: it must be {}", argument.name, argument.kind.in_r_words()),
                )
                .argument(&argument.name)
            }
            Misfit::Value(i, given, mismatch) => mismatch.into_error(&schema[i].name, &schema[i].kind, given),
        }
    }
}

/// No overload takes the values: the one that got furthest says why, all are listed.
#[cold]
pub unsafe fn no_overload(plan: &Plan, supplied: &[Supplied]) -> Error {
    let operator = plan.operator;
    // overloads that write to `out` are PyTorch's own way; R has assignment
    let usable = |overload: &&Overload| !overload.arguments.iter().any(|argument| argument.is_out);
    let mut candidates: Vec<&Overload> = plan.overloads().filter(usable).collect();
    if candidates.is_empty() {
        candidates = plan.overloads().collect();
    }
    let mut conversion = Conversion::for_operator(plan.numbers_are_tensors);
    let mut values = [Value::none(); MOST];
    let mut best: Option<(usize, Misfit, &Overload)> = None;
    // what the other overloads want of the argument that none of them takes
    let mut wanted: Vec<(usize, String, String)> = Vec::new();
    for overload in &candidates {
        let n = overload.arguments.len();
        let fit = bind(&overload.arguments, supplied, plan.r_conventions, &mut conversion, &mut values[..n]);
        let Fit::No(reached, misfit) = fit else { continue };
        // a value that is nearly right says more than one of the wrong kind, and both more than an unknown name
        let telling = match &misfit {
            Misfit::Value(_, _, Mismatch::Type) => 1,
            Misfit::Value(..) => 2,
            _ => 0,
        };
        if let Misfit::Value(i, _, Mismatch::Type) = &misfit {
            let argument = &overload.arguments[*i];
            wanted.push((reached, argument.name.clone(), argument.kind.in_r_words()));
        }
        let reached = 3 * reached + telling;
        if best.as_ref().is_none_or(|(most, ..)| reached > *most) {
            best = Some((reached, misfit, overload));
        }
    }
    let Some((reached, misfit, overload)) = best else {
        return Error::new(Kind::Type, format!("`{}` can't be called on tensors", operator.name))
            .operator(&operator.name);
    };
    let short = operator.name.split("::").last().unwrap_or(&operator.name);
    if let Misfit::Value(i, given, Mismatch::Type) = &misfit {
        let name = &overload.arguments[*i].name;
        wanted.retain(|(place, argument, _)| 3 * place + 1 == reached && argument == name);
        let mut kinds: Vec<String> = wanted.into_iter().map(|(.., words)| words).collect();
        if plan.numbers_are_tensors && kinds.iter().any(|words| words == "a tensor") {
            kinds.push("a number".into());
        }
        let mut seen: Vec<&str> = Vec::new();
        for words in kinds.iter().flat_map(|words| words.split(" or ")) {
            if !seen.contains(&words) {
                seen.push(words);
            }
        }
        if seen.len() > 1 && kinds.len() > 1 {
            let text = format!("`{name}` must be {}, not {}", seen.join(" or "), describe(*given));
            return Error::new(Kind::Type, text).argument(name).operator(&operator.name);
        }
    }
    let is_value = matches!(&misfit, Misfit::Value(..));
    let of_another_kind = matches!(&misfit, Misfit::Value(_, _, Mismatch::Type) | Misfit::Unknown(_) | Misfit::TooMany);
    let error = misfit.into_error(short, &overload.arguments).operator(&operator.name);
    if is_value || !of_another_kind || candidates.len() == 1 {
        return error;
    }
    let texts: Vec<&str> = candidates.iter().map(|overload| overload.text.as_str()).collect();
    error.hint(format!("it can be called as\n{}", texts.join("\n")))
}

/// The values of `...` in a calling frame, with their names, forced. R may jump while it forces them: call this before
/// anything is made that needs dropping.
///
/// Not by `.External(routine, ...)`: R would take an argument named `PACKAGE` for its own.
pub unsafe fn dots(env: SEXP) -> SEXP {
    let all = Rf_findVarInFrame(env, R_DotsSymbol);
    let mut rest = all;
    while matches!(TYPEOF(rest), SEXPTYPE::DOTSXP | SEXPTYPE::LISTSXP) {
        if TYPEOF(CAR(rest)) == SEXPTYPE::PROMSXP {
            Rf_eval(CAR(rest), env);
        }
        rest = CDR(rest);
    }
    all
}

/// The values of a call's pairlist or of `...`, with their names. Those that are promises have been forced.
pub unsafe fn gather(mut rest: SEXP) -> Gathered {
    let mut gathered = Gathered { few: [Supplied::NONE; 8], many: Vec::new(), count: 0 };
    // `...` without values is the missing argument
    while matches!(TYPEOF(rest), SEXPTYPE::DOTSXP | SEXPTYPE::LISTSXP) {
        let value = match TYPEOF(CAR(rest)) {
            SEXPTYPE::PROMSXP => Rf_eval(CAR(rest), R_EmptyEnv),
            _ => CAR(rest),
        };
        let item = Supplied { symbol: TAG(rest), value, is_default: false };
        match gathered.few.get_mut(gathered.count) {
            Some(place) => *place = item,
            None => {
                if gathered.many.is_empty() {
                    gathered.many.extend_from_slice(&gathered.few);
                }
                gathered.many.push(item);
            }
        }
        gathered.count += 1;
        rest = CDR(rest);
    }
    gathered
}

/// A few values without an allocation, or many.
pub struct Gathered {
    few: [Supplied; 8],
    many: Vec<Supplied>,
    count: usize,
}

impl Gathered {
    /// Arguments that are called otherwise in TorchScript get its names: `learning.rate` is `learning_rate` there, and
    /// `lambda`, a word of its grammar, `v_lambda`. Whether there are any.
    #[cold]
    pub unsafe fn rename(&mut self, schema: &[Argument]) -> bool {
        let items = match self.many.is_empty() {
            true => &mut self.few[..self.count],
            false => &mut self.many[..],
        };
        let mut found = false;
        for item in items.iter_mut().filter(|item| item.symbol != R_NilValue) {
            if schema.iter().any(|argument| argument.symbol == item.symbol) {
                continue;
            }
            let is_of_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
            let name = text_of(PRINTNAME(item.symbol)).replace(|character: char| !is_of_name(character), "_");
            let names = [format!("v_{name}"), name];
            if let Some(argument) = schema.iter().find(|argument| names.contains(&argument.name)) {
                item.symbol = argument.symbol;
                found = true;
            }
        }
        found
    }
    pub fn items(&self) -> &[Supplied] {
        match self.many.is_empty() {
            true => &self.few[..self.count],
            false => &self.many,
        }
    }
}
