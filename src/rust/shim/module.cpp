// Modules: made, looked into, changed.
#include <torch/csrc/jit/frontend/parser.h>
#include <torch/csrc/jit/frontend/script_type_parser.h>
#include <torch/csrc/jit/frontend/sugared_value.h>
#include <torch/csrc/jit/ir/ir.h>

#include "internal.h"
#include "printable.h"
#include "python_parser.h"

using c10::IValue;
using c10::QualifiedName;
using torch::jit::Graph;
using torch::jit::Module;
using torch::jit::Value;

namespace {

const Module &check_free(const Module &module, const char *name) {
  const auto &type = module.type();
  if (type->findMethod(name) == nullptr && !type->findConstantSlot(name)) return module;
  TORCH_CHECK_VALUE(false, "the module has a method or a constant `", name, "` already");
}

// An attribute that is there keeps its type and its kind; a new one is added to the module's type.
void set_or_add(Module module, const char *name, const c10::TypePtr &type, IValue value, bool parameter, bool buffer) {
  check_free(module, name);
  auto slot = module.type()->findAttributeSlot(name);
  if (!slot) {
    slot = module.type()->addAttribute(name, type, parameter, buffer);
    module._ivalue()->setSlot(*slot, std::move(value));
    return;
  }
  const auto &known = module.type()->getAttribute(*slot);
  TORCH_CHECK_TYPE(value.type()->isSubtypeOf(*known), "`", name, "` is ", known->repr_str(), ", not ",
                   value.type()->repr_str());
  module._ivalue()->setSlot(*slot, std::move(value));
}

// Tensors and modules are shared with others, which a constant of a file is not; those with names it can't hold at all.
bool can_be_constant(const IValue &value) {
  if (value.isTensor() || value.isObject() || value.isGenericDict() || shim::is_misread(value)) return false;
  if (value.isTuple()) {
    if (value.type()->expect<c10::TupleType>()->schema() != nullptr) return false;
    for (const auto &part : value.toTupleRef().elements()) {
      if (!can_be_constant(part)) return false;
    }
  }
  if (value.isList()) {
    for (const IValue &part : value.toListRef()) {
      if (!can_be_constant(part)) return false;
    }
  }
  return true;
}

}  // namespace

int ts_module_new(const char *name, const ts_object *beside, ts_object **module, ts_error *error) {
  return shim::guard(error, [&] {
    auto unit = beside == nullptr ? std::make_shared<torch::jit::CompilationUnit>()
                                  : shim::module_of(beside)._ivalue()->compilation_unit();
    *module = new ts_object{Module(QualifiedName("__torch__", name), std::move(unit), true)._ivalue()};
  });
}
int ts_module_register(const ts_object *object, const char *name, char kind, const ts_value *value, ts_error *error) {
  return shim::guard(error, [&] {
    Module module = shim::module_of(object);
    IValue given = shim::to_ivalue(*value);
    switch (kind) {
      case 'p':
      case 'b': set_or_add(module, name, c10::TensorType::get(), std::move(given), kind == 'p', kind == 'b'); break;
      case 'c':
        TORCH_CHECK_VALUE(!module.hasattr(name), "the module has an attribute `", name, "` already");
        module.type()->addConstant(name, std::move(given));
        break;
      default: {
        // the type of one tensor's shape alone would take no other
        auto type = given.isTensor() ? c10::TensorType::get() : given.type();
        set_or_add(module, name, type, std::move(given), false, false);
      }
    }
  });
}
int ts_module_declare(const ts_object *object, const char *name, const char *type, ts_error *error) {
  return shim::guard(error, [&] {
    Module module = shim::module_of(object);
    TORCH_CHECK_VALUE(!check_free(module, name).hasattr(name), "the module has an attribute `", name, "` already");
    auto slot = module.type()->addAttribute(name, torch::jit::ScriptTypeParser().parseType(type));
    module._ivalue()->setSlot(slot, IValue());
  });
}
const char *ts_module_kind(const ts_object *object, const char *name) {
  auto type = shim::module_of(object).type();
  if (type->findMethod(name) != nullptr) return "method";
  if (type->findConstantSlot(name)) return "constant";
  auto slot = type->findAttributeSlot(name);
  if (!slot) return "";
  if (type->is_module() && type->is_parameter(*slot)) return "parameter";
  if (type->is_module() && type->is_buffer(*slot)) return "buffer";
  return type->getAttribute(*slot)->is_module() ? "child" : "attribute";
}
int ts_module_has(const ts_object *object, const char *name) {
  return shim::module_of(object).type()->hasAttribute(name) ? 1 : 0;
}
int ts_module_remove(const ts_object *object, const char *name, ts_error *error) {
  return shim::guard(error, [&] {
    Module module = shim::module_of(object);
    module._ivalue()->unsafeRemoveAttr(name);
    module.type()->unsafeRemoveAttribute(name);
  });
}
int ts_module_fix(const ts_object *object, const char *name, ts_error *error) {
  return shim::guard(error, [&] {
    Module module = shim::module_of(object);
    const auto type = module.type();
    const auto slot = type->findAttributeSlot(name);
    if (!slot || type->is_parameter(*slot) || type->is_buffer(*slot)) return;
    const IValue value = module._ivalue()->getSlot(*slot);
    if (!can_be_constant(value)) return;
    module._ivalue()->unsafeRemoveAttr(name);
    type->unsafeRemoveAttribute(name);
    type->addConstant(name, value);
  });
}
int ts_module_define(const ts_object *object, const char *source, const char *definitions, const ts_known *known, int n,
                     ts_error *error) {
  return shim::guard(error, [&] {
    auto module = shim::module_of(object);
    const auto unit = module._ivalue()->compilation_unit();
    const auto resolver = shim::source_resolver(unit, definitions, known, n);
    // as Module::define() does, which gives the source no name
    torch::jit::Parser parser(shim::named_source(source));
    std::vector<torch::jit::Def> methods;
    while (parser.lexer().cur().kind != torch::jit::TK_EOF) {
      methods.emplace_back(parser.parseFunction(/*is_method=*/true));
    }
    const std::vector<torch::jit::ResolverPtr> resolvers(methods.size(), resolver);
    const torch::jit::SimpleSelf self(module.type());
    unit->define(*module.type()->name(), {}, {}, methods, resolvers, &self);
  });
}
int ts_module_branch(const ts_object *object, const char *name, const char *train, const char *eval, ts_error *error) {
  return shim::guard(error, [&] {
    Module module = shim::module_of(object);
    const auto &first = module.get_method(train).function().getSchema();
    const auto &second = module.get_method(eval).function().getSchema();
    auto returns = c10::unifyTypes(first.returns()[0].type(), second.returns()[0].type());
    TORCH_CHECK_TYPE(returns, "`", name, "` returns ", first.returns()[0].type()->annotation_str(),
                     " in train mode and ", second.returns()[0].type()->annotation_str(), " in eval mode");
    auto graph = std::make_shared<Graph>();
    std::vector<Value *> inputs;
    for (const auto &argument : first.arguments()) {
      inputs.push_back(graph->addInput(argument.name())->setType(argument.type()));
    }
    auto *training = graph->insertNode(graph->createGetAttr(inputs[0], "training"))->output();
    auto *branch = graph->insertNode(graph->create(c10::prim::If, {training}, 0));
    for (const char *method : {train, eval}) {
      torch::jit::WithInsertPoint inside(branch->addBlock());
      auto *call = graph->insertNode(graph->create(c10::prim::CallMethod, inputs, 1));
      call->s_(c10::attr::name, method)->output()->setType(*returns);
      call->owningBlock()->registerOutput(call->output());
    }
    graph->registerOutput(branch->addOutput()->setType(*returns));
    module.type()->addMethod(
        module._ivalue()->compilation_unit()->create_function(QualifiedName(*module.type()->name(), name), graph));
  });
}
int ts_module_clone(const ts_object *object, ts_object **copy, ts_error *error) {
  return shim::guard(error, [&] { *copy = new ts_object{shim::module_of(object).deepcopy()._ivalue()}; });
}

char *ts_module_methods(const ts_object *object) {
  std::vector<std::string> names;
  for (const auto &method : shim::module_of(object).get_methods()) names.push_back(method.name());
  return shim::copy(shim::lines(names));
}
char *ts_module_attributes(const ts_object *object) {
  Module module = shim::module_of(object);
  const auto &type = module.type();
  std::vector<std::string> names;
  for (size_t i = 0; i < type->numAttributes(); i++) {
    // a parameter that is None, such as the bias of a layer without, is no tensor to anyone
    bool is_tensor = type->is_module() && module._ivalue()->getSlot(i).isTensor();
    const char *kind = is_tensor && type->is_parameter(i)   ? " p"
                       : is_tensor && type->is_buffer(i)    ? " b"
                       : type->getAttribute(i)->is_module() ? " m"
                                                            : " a";
    names.push_back(type->getAttributeName(i) + kind);
  }
  for (size_t i = 0; i < type->numConstants(); i++) names.push_back(type->getConstantName(i) + " c");
  return shim::copy(shim::lines(names));
}
char *ts_module_type(const ts_object *object) { return shim::copy(shim::module_of(object).type()->name()->name()); }
int ts_module_method(const ts_object *object, const char *name, ts_function **function, ts_error *error) {
  return shim::guard(error, [&] {
    Module module = shim::module_of(object);
    auto method = module.get_method(name);
    *function = new ts_function{module._ivalue()->compilation_unit(), &method.function(), module};
  });
}
int ts_module_attribute(const ts_object *object, const char *name, ts_value *value, ts_error *error) {
  return shim::guard(error, [&] {
    Module module = shim::module_of(object);
    auto type = module.type();
    if (auto constant = type->findConstantSlot(name)) {
      shim::from_ivalue(type->getConstant(*constant), value);
    } else {
      shim::from_ivalue(module.attr(name), value, type->findAttribute(name).get());
    }
  });
}
int ts_module_attribute_type(const ts_object *object, const char *name, ts_argument *type, ts_error *error) {
  return shim::guard(error, [&] {
    auto owner = shim::module_of(object).type();
    std::memset(type, 0, sizeof *type);
    type->name = "value";
    type->fixed = -1;
    type->type = reinterpret_cast<const ts_type *>(owner->getAttribute(name).get());
  });
}
int ts_module_train(const ts_object *object, int mode, ts_error *error) {
  return shim::guard(error, [&] { shim::module_of(object).train(mode != 0); });
}
