"""Write the encoder as an ONNX graph: ids of one text in, the states of its tokens out.

There is no batch and no padding in it, so nothing that stands beside a text can touch its vectors:
texts of one batch are run one by one, which on a CPU is as fast.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from build_model.checkpoint import BuildError, Checkpoint, Floats32
from build_model.quantise import LARGEST, by_column, by_row

#: Operators that onnxruntime has beyond the standard, fused and so faster.
MICROSOFT = "com.microsoft"
#: The oldest versions that have all that is used; any onnxruntime from 1.20 reads them.
OPSET, IR_VERSION = 21, 10
#: Activations are unsigned, for which processors have instructions; this stands for nought.
MIDDLE = np.uint8(128)


@dataclass(slots=True)
class Graph:
    """Nodes and constants, in the order in which they are added."""

    nodes: list[onnx.NodeProto] = field(default_factory=list)
    constants: list[onnx.TensorProto] = field(default_factory=list)

    def add(self, operator: str, *inputs: str, domain: str = "", **attributes: float) -> str:
        """Add an operator with one output; return that output's name."""
        return self.add_many(operator, *inputs, outputs=1, domain=domain, **attributes)[0]

    def add_many(
        self, operator: str, *inputs: str, outputs: int, domain: str = "", **attributes: float
    ) -> list[str]:
        """Add an operator with several outputs; return their names."""
        at = len(self.nodes)
        names = [f"{operator}_{at}_{each}" for each in range(outputs)]
        node = helper.make_node(operator, inputs, names, domain=domain)
        node.attribute.extend(
            helper.make_attribute(name, value) for name, value in attributes.items()
        )
        self.nodes.append(node)
        return names

    def constant(self, values: NDArray[Any] | np.generic) -> str:
        """Add a constant; return its name. Each is its own: none is shared."""
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values), name))
        return name


def written(model: Checkpoint, *, positions: int, quantised: bool = True) -> bytes:
    """Return the encoder as the bytes of an ONNX file.

    Args:
        positions: The longest text that will be asked for, special tokens included.
        quantised: In int8, or as published, which is what int8 is compared with.

    Raises:
        BuildError: The checkpoint lacks weights that its config speaks of.
    """
    try:
        encoder = Encoder(model, quantised=quantised)
        states = encoder.states(positions)
    except KeyError as missing:
        raise BuildError(f"model.safetensors has no weights {missing}") from missing
    made = helper.make_model(
        helper.make_graph(
            encoder.graph.nodes,
            "encoder",
            [helper.make_tensor_value_info("ids", TensorProto.INT64, [1, "tokens"])],
            [_output(states, model.sizes.hidden)],
            encoder.graph.constants,
        ),
        opset_imports=[helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)],
        ir_version=IR_VERSION,
        producer_name="mnemos-minilm",
    )
    return bytes(made.SerializeToString(deterministic=True))


def _output(name: str, hidden: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "tokens", hidden])


class Encoder:
    """The layers of one model, as nodes of a graph."""

    def __init__(self, model: Checkpoint, *, quantised: bool) -> None:
        self.graph = Graph()
        self._weights = model.weights
        self._sizes = model.sizes
        self._quantised = quantised

    def states(self, positions: int) -> str:
        """Add all of it; return the name of the last layer's states."""
        hidden = self._embedded(positions)
        for layer in range(self._sizes.layers):
            hidden = self._layer(f"encoder.layer.{layer}", hidden)
        return hidden

    def _embedded(self, positions: int) -> str:
        graph = self.graph
        table = "embeddings.{}_embeddings.weight"
        # A text is one segment: its type is the first at every position.
        places = (
            self._weights[table.format("position")][:positions]
            + self._weights[table.format("token_type")][0]
        )
        words = self._words(self._weights[table.format("word")])
        length = graph.add("Shape", "ids", start=1, end=2)
        start, axis = graph.constant(np.array([0])), graph.constant(np.array([0]))
        placed = graph.add("Slice", graph.constant(places), start, length, axis)
        return self._normed("embeddings.LayerNorm", graph.add("Add", words, placed))

    def _words(self, table: Floats32) -> str:
        graph = self.graph
        if not self._quantised:
            return graph.add("Gather", graph.constant(table), "ids")
        codes, scales = (graph.constant(part) for part in by_row(table))
        floats = graph.add("Cast", graph.add("Gather", codes, "ids"), to=TensorProto.FLOAT)
        return graph.add("Mul", floats, graph.add("Gather", scales, "ids"))

    def _layer(self, at: str, hidden: str) -> str:
        graph, weights = self.graph, self._weights
        parts = [f"{at}.attention.self.{part}" for part in ("query", "key", "value")]
        joined = np.concatenate([weights[f"{part}.weight"].T for part in parts], axis=1)
        biases = graph.constant(np.concatenate([weights[f"{part}.bias"] for part in parts]))
        split = graph.add_many(
            "Split", self._times(hidden, joined), outputs=3, axis=-1, num_outputs=3
        )
        seen = graph.add(
            "MultiHeadAttention", *split, biases, domain=MICROSOFT, num_heads=self._sizes.heads
        )
        hidden = self._added(f"{at}.attention.output", seen, hidden)
        inner = self._times(hidden, weights[f"{at}.intermediate.dense.weight"].T)
        bias = graph.constant(weights[f"{at}.intermediate.dense.bias"])
        inner = graph.add("BiasGelu", inner, bias, domain=MICROSOFT)
        return self._added(f"{at}.output", inner, hidden)

    def _added(self, at: str, rows: str, hidden: str) -> str:
        """Project rows and add them to what was there."""
        graph = self.graph
        projected = self._times(rows, self._weights[f"{at}.dense.weight"].T)
        biased = graph.add("Add", projected, graph.constant(self._weights[f"{at}.dense.bias"]))
        return self._normed(f"{at}.LayerNorm", graph.add("Add", biased, hidden))

    def _normed(self, name: str, rows: str) -> str:
        # The standard operator: onnxruntime's fused SkipLayerNormalization takes ten times as long.
        scale, shift = (self._weights[f"{name}.{part}"] for part in ("weight", "bias"))
        return self.graph.add(
            "LayerNormalization",
            rows,
            self.graph.constant(scale),
            self.graph.constant(shift),
            axis=-1,
            epsilon=self._sizes.epsilon,
        )

    def _times(self, rows: str, matrix: Floats32) -> str:
        """Multiply rows by a matrix; in int8, each row scaled by its own largest value.

        A scale for all rows together would make a token's state depend on the other tokens' size,
        and a text's vector on its batch.
        """
        graph = self.graph
        if not self._quantised:
            return graph.add("MatMul", rows, graph.constant(np.ascontiguousarray(matrix)))
        step = graph.constant(np.float32(1 / LARGEST))
        largest = graph.add("ReduceMax", graph.add("Abs", rows), graph.constant(np.array([-1])))
        largest = graph.add("Max", largest, graph.constant(np.finfo(np.float32).tiny))
        coded = graph.add(
            "QuantizeLinear", graph.add("Div", rows, largest), step, graph.constant(MIDDLE)
        )
        codes, scales = by_column(matrix)
        product = graph.add(
            "MatMulIntegerToFloat",
            coded,
            graph.constant(codes),
            step,
            graph.constant(scales),
            graph.constant(MIDDLE),
            graph.constant(np.int8(0)),
            domain=MICROSOFT,
        )
        return graph.add("Mul", product, largest)
