"""What `npm run parity -- written-models` needs of Python: models with data beside them, and a judge of what was written.

    python written_models.py split MODEL OUT             MODEL with its tensors of 128 bytes and more in a file beside OUT
    python written_models.py large OUT GIBIBYTES         a chain of matrix products with that much data beside it
    python written_models.py judge MODEL WRITTEN NAME... whether WRITTEN is MODEL with the initializers NAME times -0.5

Needs the packages onnx and onnxruntime. `judge` reads one tensor at a time, so that models may be larger than memory.
"""

import hashlib
import math
import pathlib
import sys

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, external_data_helper, helper, numpy_helper

# A field that no version of ONNX has, number 1000, of type string.
UNKNOWN = bytes([0xC2, 0x3E, 3]) + b"new"


def split(source: str, target: str) -> None:
    out = pathlib.Path(target)
    onnx.save_model(
        onnx.load(source), target, save_as_external_data=True, location=f"{out.name}.weights", size_threshold=128
    )
    out.write_bytes(out.read_bytes() + UNKNOWN)


def large(target: str, gibibytes: str) -> None:
    side = 8192
    out = pathlib.Path(target)
    count = math.ceil(float(gibibytes) * 2**30 / (4 * side * side))
    generator = numpy.random.default_rng(0)
    nodes, tensors = [], []
    with open(f"{target}.weights", "wb") as data:
        for place in range(count):
            generator.standard_normal((side, side), dtype=numpy.float32).tofile(data)
            tensor = TensorProto(name=f"weight{place}", data_type=TensorProto.FLOAT, dims=[side, side])
            tensor.data_location = TensorProto.EXTERNAL
            entries = {"location": f"{out.name}.weights", "offset": place * 4 * side * side, "length": 4 * side * side}
            for key, value in entries.items():
                tensor.external_data.add(key=key, value=str(value))
            tensors.append(tensor)
            nodes.append(helper.make_node("MatMul", [f"x{place}", tensor.name], [f"x{place + 1}"]))
    shape = [1, side]
    graph = helper.make_graph(
        nodes,
        "large",
        [helper.make_tensor_value_info("x0", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(f"x{count}", TensorProto.FLOAT, shape)],
        tensors,
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8), target)


def array(tensor: TensorProto, folder: pathlib.Path) -> numpy.ndarray:
    if not external_data_helper.uses_external_data(tensor):
        return numpy_helper.to_array(tensor)
    entries = {entry.key: entry.value for entry in tensor.external_data}
    return numpy.memmap(
        folder / entries["location"],
        helper.tensor_dtype_to_np_dtype(tensor.data_type),
        "r",
        int(entries["offset"]),
        tuple(tensor.dims),
    )


def rest(model: onnx.ModelProto) -> str:
    """All but the initializers' data, unknown fields included."""
    for tensor in model.graph.initializer:
        for field in ("raw_data", "float_data", "int64_data", "int32_data", "external_data", "data_location"):
            tensor.ClearField(field)
    return hashlib.sha256(model.SerializeToString(deterministic=True)).hexdigest()


def judge(source: str, written: str, *names: str) -> None:
    onnx.checker.check_model(written)
    folders = [pathlib.Path(path).parent for path in (source, written)]
    models = [onnx.load(path, load_external_data=False) for path in (source, written)]
    pairs = list(zip(*(model.graph.initializer for model in models), strict=True))
    for before, after in pairs:
        assert before.name == after.name and list(before.dims) == list(after.dims), f"{before.name}: {after.name}"
        old, new = array(before, folders[0]), array(after, folders[1])
        expected = old * numpy.float32(-0.5) if before.name in names else old
        assert numpy.array_equal(expected, new, equal_nan=True), f"{before.name} has other entries"
        where = [external_data_helper.uses_external_data(tensor) for tensor in (before, after)]
        assert where[0] == where[1], f"{before.name} has moved"
    assert rest(models[0]) == rest(models[1]), "something else than weights has changed"
    onnxruntime.InferenceSession(written, providers=["CPUExecutionProvider"])


if __name__ == "__main__":
    {"split": split, "large": large, "judge": judge}[sys.argv[1]](*sys.argv[2:])
