"""Writes the official ONNX backend node tests into a folder, one folder per case.

    python tools/parity/python/onnx_node_tests.py FOLDER

Each holds `model.onnx` and `test_data_set_*/{input,output}_*.pb`, the format of the package's own data. Needs the
package `onnx`; `npm run parity -- onnx-node-tests FOLDER` compares with what was written.
"""

import argparse
import pathlib

import numpy
import onnx
from onnx import numpy_helper
from onnx.backend.test.loader import load_node_model_tests

CONVERTERS = {
    "map_type": numpy_helper.from_dict,
    "sequence_type": numpy_helper.from_list,
    "optional_type": numpy_helper.from_optional,
    "tensor_type": numpy_helper.from_array,
}


def encode(value, info) -> bytes:
    if hasattr(value, "SerializeToString"):
        return value.SerializeToString()
    kind = info.type.WhichOneof("value")
    if kind == "tensor_type":
        value = numpy.asarray(value)
    return CONVERTERS[kind](value, info.name).SerializeToString()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    folder = parser.parse_args().folder
    cases = load_node_model_tests()
    for case in cases:
        place = folder / case.name
        place.mkdir(parents=True, exist_ok=True)
        (place / "model.onnx").write_bytes(case.model.SerializeToString())
        for number, (inputs, outputs) in enumerate(case.data_sets):
            data_set = place / f"test_data_set_{number}"
            data_set.mkdir(exist_ok=True)
            for kind, values, infos in (
                ("input", inputs, case.model.graph.input),
                ("output", outputs, case.model.graph.output),
            ):
                for position, (value, info) in enumerate(zip(values, infos)):
                    (data_set / f"{kind}_{position}.pb").write_bytes(encode(value, info))
    (folder / "version.txt").write_text(f"onnx {onnx.__version__}\n")
    print(f"{len(cases)} cases of onnx {onnx.__version__} in {folder}")


if __name__ == "__main__":
    main()
