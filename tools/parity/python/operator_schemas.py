"""Prints the operators of operator set 18 that take and give tensors only, as JSON.

    python tools/parity/python/operator_schemas.py > schemas.json

For each: since which set it is as it is, the type variable (or the one type) of each input and output, which of them
are optional or repeated, and the attributes that must be given. Needs the package `onnx`;
`npm run parity -- provider-kernels` reads it.
"""

import json

from onnx import defs

OPSET = 18


def parameters(formals) -> list[dict]:
    option = defs.OpSchema.FormalParameterOption
    kinds = {option.Single: "single", option.Optional: "optional", option.Variadic: "variadic"}
    return [{"type": formal.type_str, "kind": kinds[formal.option]} for formal in formals]


def holds_tensors_only(schema) -> bool:
    kinds = {kind.type_param_str: kind.allowed_type_strs for kind in schema.type_constraints}
    formals = [*schema.inputs, *schema.outputs]
    return all(
        any(kind.startswith("tensor(") and kind != "tensor(string)" for kind in kinds.get(formal.type_str, [formal.type_str]))
        for formal in formals
    )


def main() -> None:
    newest = {}
    for schema in defs.get_all_schemas_with_history():
        known = newest.get(schema.name)
        if schema.domain == "" and schema.since_version <= OPSET:
            if known is None or schema.since_version > known.since_version:
                newest[schema.name] = schema
    operators = {}
    for name, schema in sorted(newest.items()):
        required = {each.name: each.type.name for each in schema.attributes.values() if each.required}
        if schema.deprecated or "GRAPH" in required.values() or not holds_tensors_only(schema):
            continue
        operators[name] = {
            "since": schema.since_version,
            "inputs": parameters(schema.inputs),
            "outputs": parameters(schema.outputs),
            "required": required,
        }
    print(json.dumps(operators, indent=1))


if __name__ == "__main__":
    main()
