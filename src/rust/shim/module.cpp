// Modules: their members.
#include "internal.h"

using torch::jit::Module;

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
    const char *kind = type->is_parameter(i)                ? " p"
                       : type->is_buffer(i)                 ? " b"
                       : type->getAttribute(i)->is_module() ? " m"
                                                            : " a";
    names.push_back(type->getAttributeName(i) + kind);
  }
  for (size_t i = 0; i < type->numConstants(); i++) names.push_back(type->getConstantName(i) + " a");
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
    auto constant = module.type()->findConstantSlot(name);
    shim::from_ivalue(constant ? module.type()->getConstant(*constant) : module.attr(name), value);
  });
}
int ts_module_train(const ts_object *object, int mode, ts_error *error) {
  return shim::guard(error, [&] { shim::module_of(object).train(mode != 0); });
}
