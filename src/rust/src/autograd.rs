//! Gradients, gradient mode, generators.

use crate::error::{Error, Kind as ErrorKind, Result};
use crate::handle::{self, Kind};
use crate::r::*;
use crate::routine;
use crate::shim;
use std::ffi::{c_int, c_void};
use std::ptr::{null, null_mut};

routine!(mode() { Ok(mk_logical(shim::ts_grad_mode() != 0)) });
routine!(
    /// Sets the mode and returns the one before.
    set_mode(enabled) {
        let (before, enabled) = (shim::ts_grad_mode() != 0, flag(enabled, "enabled")?);
        shim::ts_set_grad_mode(enabled as c_int);
        Ok(mk_logical(before))
    }
);
routine!(requires_grad(x) { Ok(mk_logical(shim::ts_requires_grad(handle::tensor(x)?) != 0)) });
routine!(set_requires_grad(x, value) {
    let (tensor, value) = (handle::tensor(x)?, flag(value, "requires_grad")?);
    shim::call(|e| shim::ts_set_requires_grad(tensor, value as c_int, e))?;
    Ok(x)
});
routine!(is_leaf(x) { Ok(mk_logical(shim::ts_is_leaf(handle::tensor(x)?) != 0)) });
routine!(grad(x) { Ok(or_null(shim::ts_grad(handle::tensor(x)?))) });
routine!(set_grad(x, value) {
    let tensor = handle::tensor(x)?;
    let grad = match TYPEOF(value) {
        SEXPTYPE::NILSXP => null_mut(),
        _ if handle::is(value, Kind::Tensor) => handle::tensor(value)?,
        _ => {
            let text = format!("`$grad` must be a tensor or NULL, not {}", describe(value));
            return Err(Error::new(ErrorKind::Type, text));
        }
    };
    shim::call(|e| shim::ts_set_grad(tensor, grad, e))?;
    Ok(x)
});
routine!(retain_grad(x) {
    let tensor = handle::tensor(x)?;
    shim::call(|e| shim::ts_retain_grad(tensor, e)).map_err(reworded)?;
    Ok(x)
});

unsafe fn or_null(tensor: *mut shim::Tensor) -> SEXP {
    match tensor.is_null() {
        true => R_NilValue,
        false => handle::new(Kind::Tensor, tensor as *mut c_void),
    }
}

/// A list of tensors; NULL elements, where they may be, stay null pointers.
pub unsafe fn tensors(list: SEXP, argument: &str, may_lack: bool) -> Result<Vec<*const shim::Tensor>> {
    (0..Rf_xlength(list))
        .map(|i| match VECTOR_ELT(list, i) {
            element if may_lack && TYPEOF(element) == SEXPTYPE::NILSXP => Ok(null()),
            element => match handle::get(element, Kind::Tensor) {
                Some(native) => Ok(native as *const shim::Tensor),
                None => Err(Error::new(
                    ErrorKind::Type,
                    format!("`{argument}` must be a tensor or a list of tensors, not {}", describe(element)),
                )
                .argument(argument)),
            },
        })
        .collect()
}

/// With respect to what to differentiate.
unsafe fn leaves(inputs: SEXP) -> Result<Vec<*const shim::Tensor>> {
    let leaves = tensors(inputs, "inputs", false)?;
    match leaves.iter().all(|leaf| shim::ts_requires_grad(*leaf) != 0) {
        true => Ok(leaves),
        false => Err(Error::new(ErrorKind::Runtime, "one of `inputs` does not require grad")
            .hint("make it with `requires_grad = TRUE`, or call `$requires_grad_()`")
            .argument("inputs")),
    }
}

/// What is to be differentiated, and the gradients to begin with: none, or one for each.
unsafe fn roots(
    outputs: SEXP,
    gradients: SEXP,
    names: (&str, &str),
) -> Result<(Vec<*const shim::Tensor>, Vec<*const shim::Tensor>)> {
    let roots = (tensors(outputs, names.0, false)?, tensors(gradients, names.1, true)?);
    if roots.0.is_empty() {
        return Err(
            Error::new(ErrorKind::Value, format!("`{}` must be at least one tensor", names.0)).argument(names.0)
        );
    }
    if !roots.1.is_empty() && roots.0.len() != roots.1.len() {
        let (wanted, given) = (roots.0.len(), roots.1.len());
        return Err(Error::new(
            ErrorKind::Value,
            format!("`{}` must be one gradient for each of `{}`: {wanted}, not {given}", names.1, names.0),
        )
        .argument(names.1));
    }
    Ok(roots)
}

routine!(backward(outputs, gradients, retain_graph, create_graph, inputs, names) {
    let names = strings(names);
    let (outputs, gradients) = roots(outputs, gradients, (&names[0], &names[1]))?;
    let inputs = leaves(inputs)?;
    let gradients_or_null = if gradients.is_empty() { null() } else { gradients.as_ptr() };
    let create = flag(create_graph, "create_graph")? as c_int;
    let retain = flag(retain_graph, "retain_graph")? as c_int;
    shim::call(|e| {
        let (count, input_count) = (outputs.len() as c_int, inputs.len() as c_int);
        shim::ts_backward(outputs.as_ptr(), count, gradients_or_null, retain, create, inputs.as_ptr(), input_count, e)
    })
    .map_err(reworded)?;
    Ok(R_NilValue)
});

routine!(gradients(outputs, inputs, gradients, retain_graph, create_graph, allow_unused) {
    let (outputs, gradients) = roots(outputs, gradients, ("outputs", "grad_outputs"))?;
    let inputs = leaves(inputs)?;
    let gradients_or_null = if gradients.is_empty() { null() } else { gradients.as_ptr() };
    let create = flag(create_graph, "create_graph")? as c_int;
    let retain = flag(retain_graph, "retain_graph")? as c_int;
    let unused = flag(allow_unused, "allow_unused")? as c_int;
    if inputs.is_empty() {
        return Err(Error::new(ErrorKind::Value, "`inputs` must be at least one tensor").argument("inputs"));
    }
    let mut results = vec![null_mut(); inputs.len()];
    shim::call(|e| {
        let (count, input_count) = (outputs.len() as c_int, inputs.len() as c_int);
        let to = results.as_mut_ptr();
        shim::ts_gradients(outputs.as_ptr(), count, gradients_or_null, inputs.as_ptr(), input_count, retain, create, unused, to, e)
    })
    .map_err(reworded)?;
    let out = Rf_protect(Rf_allocVector(SEXPTYPE::VECSXP, results.len() as R_xlen_t));
    for (i, result) in results.into_iter().enumerate() {
        SET_VECTOR_ELT(out, i as R_xlen_t, or_null(result));
    }
    Rf_unprotect(1);
    Ok(out)
});

/// The digits after `start` in a text, one higher: libtorch counts from zero.
fn counted_from_one(text: &str, start: &str) -> Option<(usize, usize, u64)> {
    let from = text.find(start)? + start.len();
    let digits = text[from..].bytes().take_while(u8::is_ascii_digit).count();
    text[from..from + digits].parse::<u64>().ok().map(|n| (from, from + digits, n + 1))
}

/// libtorch's reports in R's words: `retain_graph=True` means nothing here.
pub fn reworded(error: Error) -> Error {
    let Error::Failure { message, .. } = &error else { return error };
    let text = message.clone();
    let says = |part: &str| text.contains(part);
    let (words, hint) = if says("backward through the graph a second time") {
        (
            "can't go backward through the graph a second time: what it had saved was freed by the first pass".into(),
            "give `retain_graph = TRUE` to the first pass to keep it",
        )
    } else if says("grad can be implicitly created only for") {
        (
            "a gradient can be left out only for scalar outputs: this tensor has more than one element".into(),
            "give the gradient to begin with, or reduce first: `x$sum()$backward()`",
        )
    } else if says("does not require grad and does not have a grad_fn") {
        (
            match counted_from_one(&text, "element ") {
                Some((_, _, n)) if n > 1 => {
                    format!("tensor {n} does not require grad, nor does anything it was made from")
                }
                _ => "the tensor does not require grad, nor does anything it was made from".into(),
            },
            "make what it depends on with `requires_grad = TRUE`, and outside with_no_grad()",
        )
    } else if says("appears to not have been used in the graph") {
        (
            "one of `inputs` appears to not have been used in the graph".into(),
            "`allow_unused = TRUE` gives NULL for such an input",
        )
    } else if says("can't retain_grad on Tensor") {
        ("the tensor does not require grad, so there is none to retain".into(), "")
    } else if says("Can't detach views in-place") {
        ("a view can't be detached in place".into(), "use `$detach()`")
    } else if says("modified by an inplace operation") {
        let text = text.split(" Hint:").next().unwrap_or(&text).replace("torch.", "");
        let text = match counted_from_one(&text, "which is output ") {
            Some((from, to, n)) => format!("{}{n}{}", &text[..from], &text[to..]),
            None => text,
        };
        (text, "with_detect_anomaly() around the forward pass says which call it was")
    } else if let Some((_, _, n)) = counted_from_one(&text, "returned nan values in its ") {
        let name = text.split('\'').nth(1).unwrap_or("a function");
        (format!("{name} returned NaN in gradient {n}"), "the warning names the call that made it")
    } else if let Some((from, to, n)) = counted_from_one(&text, "invalid gradient at index ") {
        (format!("{}{n}{}", &text[..from].replace("at index ", ""), &text[to..]), "")
    } else if let Some((from, to, n)) = counted_from_one(&text, "Mismatch in shape: grad_output[") {
        let rest = text[to..].replace("and output[0]", "and the output");
        let rest = rest.strip_prefix(']').unwrap_or(&rest).to_string();
        (format!("{}gradient {n}{rest}", text[..from].replace("grad_output[", "")), "")
    } else {
        return error;
    };
    let error = error.reword(|_| Some(words));
    if hint.is_empty() {
        error
    } else {
        error.hint(hint)
    }
}

unsafe fn seed_of(seed: SEXP) -> Result<i64> {
    let value = match TYPEOF(seed) == SEXPTYPE::REALSXP && inherits(seed, "integer64") && Rf_xlength(seed) == 1 {
        true => Some(*(REAL(seed) as *const i64)),
        false => number(seed).filter(|v| *v == v.trunc() && v.abs() < 9.3e18).map(|v| v as i64),
    };
    value.ok_or_else(|| {
        Error::new(ErrorKind::Value, format!("`seed` must be a whole number, not {}", describe(seed))).argument("seed")
    })
}

unsafe fn generator_of(x: SEXP) -> Result<*mut shim::Generator> {
    match TYPEOF(x) {
        SEXPTYPE::NILSXP => Ok(null_mut()),
        _ => Ok(handle::expect(x, Kind::Generator, "a generator")? as *mut shim::Generator),
    }
}

routine!(manual_seed(seed) {
    shim::ts_manual_seed(seed_of(seed)?);
    Ok(R_NilValue)
});
routine!(generator() { Ok(handle::new(Kind::Generator, shim::ts_generator_new() as *mut c_void)) });
routine!(generator_seed(x) { Ok(crate::to_r::integers(&[shim::ts_generator_seed(generator_of(x)?)])) });
routine!(generator_set_seed(x, seed) {
    shim::ts_generator_set_seed(generator_of(x)?, seed_of(seed)?);
    Ok(x)
});
routine!(
    /// The state of a generator, of the default one for NULL.
    generator_state(x) {
        let generator = generator_of(x)?;
        let mut state = null_mut();
        shim::call(|e| shim::ts_generator_state(generator, &mut state, e))?;
        Ok(handle::new(Kind::Tensor, state as *mut c_void))
    }
);
routine!(generator_set_state(x, state) {
    let (generator, state) = (generator_of(x)?, handle::tensor(state)?);
    shim::call(|e| shim::ts_generator_set_state(generator, state, e))?;
    Ok(R_NilValue)
});
