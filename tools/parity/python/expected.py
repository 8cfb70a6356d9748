"""What PyTorch computes in float64, and which initializer of an exported file it belongs to."""

import copy
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from networks import batch_normalizations, logits_of

IGNORED = 255


@dataclass
class Pass:
    """One forward and backward pass."""

    loss: float
    logits: np.ndarray
    gradients: dict[str, np.ndarray]
    input_gradient: np.ndarray
    # Running means and variances after the pass, by name of the buffer.
    statistics: dict[str, np.ndarray]


def run_pass(
    network: nn.Module, x: torch.Tensor, labels: torch.Tensor, dtype: torch.dtype, batch_statistics: bool
) -> Pass:
    """Cross-entropy over the pixels that are not ignored; with batch statistics, momentum moves the running ones."""
    network = copy.deepcopy(network).to(dtype).eval()
    layers = batch_normalizations(network)
    for layer in layers.values():
        layer.train(batch_statistics)
    x = x.clone().to(dtype).requires_grad_()
    logits = logits_of(network(x))
    loss = nn.functional.cross_entropy(logits, labels.long(), ignore_index=IGNORED)
    loss.backward()
    return Pass(
        loss=loss.item(),
        logits=logits.detach().numpy(),
        gradients={
            name: parameter.grad.numpy()
            for name, parameter in network.named_parameters()
            if parameter.grad is not None
        },
        input_gradient=x.grad.numpy(),
        statistics={
            f"{name}.{kind}": getattr(layer, kind).numpy()
            for name, layer in layers.items()
            for kind in ("running_mean", "running_var")
        },
    )


def gradient_error(found: Pass, truth: Pass) -> float:
    """The largest |difference| over the gradients, each relative to max(its largest entry, 1e-3 of the model's)."""
    largest = max(np.abs(gradient).max() for gradient in truth.gradients.values())
    return max(
        float(np.abs(found.gradients[name] - gradient).max() / max(np.abs(gradient).max(), 1e-3 * largest))
        for name, gradient in truth.gradients.items()
    )


def input_gradient_error(found: Pass, truth: Pass) -> float:
    """The largest |difference|, relative to the largest entry: a near tie in a max pool shows here."""
    difference = np.abs(found.input_gradient - truth.input_gradient).max()
    return float(difference / np.abs(truth.input_gradient).max())


@dataclass
class Folded:
    """A convolution that a normalization follows directly: an exporter may write both as one convolution."""

    convolution: str
    normalization: str


def foldable_pairs(network: nn.Module, x: torch.Tensor) -> list[Folded]:
    """Finds them in a forward pass: the normalization reads the very tensor that the convolution returned."""
    pairs: list[Folded] = []
    results: dict[int, tuple[str, torch.Tensor]] = {}
    hooks = []

    def remember(name: str):
        return lambda _module, _inputs, result: results.__setitem__(id(result), (name, result))

    def look_up(name: str):
        def hook(_module, inputs):
            if id(inputs[0]) in results:
                pairs.append(Folded(results[id(inputs[0])][0], name))

        return hook

    for name, module in network.named_modules():
        if isinstance(module, nn.modules.conv._ConvNd):
            hooks.append(module.register_forward_hook(remember(name)))
        elif isinstance(module, nn.modules.batchnorm._BatchNorm):
            hooks.append(module.register_forward_pre_hook(look_up(name)))
    with torch.no_grad():
        network(x)
    for hook in hooks:
        hook.remove()
    return pairs


def fold(network: nn.Module, pairs: list[Folded]) -> nn.Module:
    """A copy with the weights that exporters write, rounded as theirs are."""
    network = copy.deepcopy(network)
    for pair in pairs:
        convolution, normalization = (network.get_submodule(name) for name in (pair.convolution, pair.normalization))
        transposed = isinstance(convolution, nn.modules.conv._ConvTransposeNd)
        network.set_submodule(pair.convolution, fuse_conv_bn_eval(convolution, normalization, transposed))
        network.set_submodule(pair.normalization, nn.Identity())
    return network


@dataclass
class Candidate:
    """A tensor that an exporter may have written, and how its gradient follows from those of the parameters."""

    origin: str
    values: np.ndarray
    gradient: np.ndarray


@dataclass
class Candidates:
    all: list[Candidate] = field(default_factory=list)

    def find(self, values: np.ndarray) -> Candidate | None:
        """The one with these values, of whatever shape; folding was done in float32."""
        flat = values.reshape(-1).astype(np.float64)
        tolerance = 1e-5 * max(np.abs(flat).max(initial=0), 1e-3)
        for candidate in self.all:
            if candidate.values.size == flat.size and np.allclose(
                candidate.values.reshape(-1), flat, rtol=0, atol=tolerance
            ):
                return candidate
        return None


def candidates(network: nn.Module, pairs: list[Folded], truth: Pass) -> Candidates:
    """With s = γ/√(σ² + ε): W′ = s·W has the gradient ∂W/s, b′ = β + s·(b − μ) has that of β."""
    parameters = {name: each.detach().double().numpy() for name, each in network.named_parameters()}
    buffers = {name: each.double().numpy() for name, each in network.named_buffers()}
    modules = dict(network.named_modules())
    found: list[Candidate] = []
    for name, gradient in truth.gradients.items():
        found.append(Candidate(f"parameter {name}", parameters[name], gradient))
        if gradient.ndim == 2:
            found.append(Candidate(f"transposed {name}", parameters[name].T, gradient.T))
    for pair in pairs:
        convolution, normalization = pair.convolution, pair.normalization
        transposed = isinstance(modules[convolution], nn.modules.conv._ConvTransposeNd)
        epsilon = modules[normalization].eps
        scale = parameters[f"{normalization}.weight"] / np.sqrt(buffers[f"{normalization}.running_var"] + epsilon)
        weight = parameters[f"{convolution}.weight"]
        shape = [1] * weight.ndim
        shape[1 if transposed else 0] = -1
        per_channel = scale.reshape(shape)
        bias = parameters.get(f"{convolution}.bias", 0.0)
        beta = parameters[f"{normalization}.bias"]
        found.append(
            Candidate(
                f"folded {convolution}.weight",
                weight * per_channel,
                truth.gradients[f"{convolution}.weight"] / per_channel,
            )
        )
        found.append(
            Candidate(
                f"folded {normalization}.bias",
                beta + scale * (bias - buffers[f"{normalization}.running_mean"]),
                truth.gradients[f"{normalization}.bias"],
            )
        )
    return Candidates(found)
