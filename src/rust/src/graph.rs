//! The graph of a program, to be drawn.

use crate::program::program;
use crate::r::*;
use crate::routine;
use crate::shim::{self, take_text, Value};
use crate::to_r;
use std::ffi::c_int;
use std::ptr::null_mut;

routine!(
    /// As text, with what it calls put in.
    inlined_graph(x) {
        let (program, mut text) = (program(x)?, null_mut());
        shim::call(|e| shim::ts_function_inlined_graph(program.native, &mut text, e))?;
        Ok(mk_string(&take_text(text)))
    }
);
routine!(
    /// Whether it "changes" what others hold, "draws" random numbers or writes something out, or does "nothing" else.
    effects(x) {
        let (program, mut effects) = (program(x)?, 0);
        shim::call(|e| shim::ts_function_effects(program.native, &mut effects, e))?;
        let does = if effects & shim::CHANGES != 0 {
            "changes"
        } else if effects & shim::DRAWS != 0 {
            "draws"
        } else {
            "nothing"
        };
        Ok(mk_string(does))
    }
);
routine!(
    /// Nodes, edges and blocks, as lists of vectors.
    picture(x, inlined) {
        let (program, mut value) = (program(x)?, Value::none());
        shim::call(|e| shim::ts_function_picture(program.native, is_true(inlined) as c_int, &mut value, e))?;
        Ok(to_r::convert(&value))
    }
);
