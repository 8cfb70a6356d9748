"""Segmentation networks at their full size, with random weights."""

from dataclasses import dataclass
from typing import Callable

import segmentation_models_pytorch as smp
import torch
from torch import nn
from torchvision.models import segmentation

CLASSES = 21


@dataclass(frozen=True)
class Network:
    build: Callable[[], nn.Module]
    batch: int = 4
    # The deepest features of these networks are 1/32 of it on each side: large enough for statistics over the batch.
    size: int = 128
    # Standard deviation of the means of the images, where that of their pixels is 1. Networks that normalize features
    # pooled over whole images are ill-conditioned where all images are alike on average.
    brightness: float = 0.0


def torchvision_network(name: str) -> Callable[[], nn.Module]:
    return lambda: getattr(segmentation, name)(weights=None, weights_backbone=None, num_classes=CLASSES)


def smp_network(name: str, encoder: str = "resnet34") -> Callable[[], nn.Module]:
    return lambda: getattr(smp, name)(encoder, encoder_weights=None, classes=CLASSES)


NETWORKS: dict[str, Network] = {
    "fcn_resnet50": Network(torchvision_network("fcn_resnet50")),
    "deeplabv3_mobilenet_v3_large": Network(torchvision_network("deeplabv3_mobilenet_v3_large"), batch=8),
    "lraspp_mobilenet_v3_large": Network(torchvision_network("lraspp_mobilenet_v3_large")),
    "Unet": Network(smp_network("Unet")),
    "UnetPlusPlus": Network(smp_network("UnetPlusPlus")),
    "FPN": Network(smp_network("FPN")),
    # Of PSPNet and UPerNet the TorchScript-based exporter writes adaptive pooling only where the bins 1, 2, 3, 6 divide
    # the side: 192/8 and 192/32.
    "PSPNet": Network(smp_network("PSPNet"), batch=8, size=192),
    "DeepLabV3Plus": Network(smp_network("DeepLabV3Plus"), batch=8, brightness=1.0),
    "MAnet": Network(smp_network("MAnet")),
    "Linknet": Network(smp_network("Linknet")),
    "PAN": Network(smp_network("PAN"), batch=8, brightness=1.0),
    "UPerNet": Network(smp_network("UPerNet"), batch=8, size=192, brightness=1.0),
    "Segformer": Network(smp_network("Segformer", "mit_b0")),
}


def make_network(name: str, seed: int) -> nn.Module:
    """The network with weights as after some training: no two normalizations are alike, running statistics fit the data.

    Dropout is removed, because its masks would differ between implementations.
    """
    torch.manual_seed(seed)
    network = NETWORKS[name].build()
    remove_dropout(network)
    x = example_input(name, seed + 1)
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, (nn.modules.batchnorm._BatchNorm, nn.LayerNorm, nn.GroupNorm)):
                nn.init.uniform_(module.weight, 0.8, 1.2)
            bias = getattr(module, "bias", None)
            if isinstance(bias, nn.Parameter):
                nn.init.normal_(bias, std=0.1)
        keep_from_kinks(network, x)
        settle_statistics(network, x)
    return network.eval()


def keep_from_kinks(network: nn.Module, x: torch.Tensor) -> None:
    """Moves what normalizations hand to a relu to four standard deviations from 0: above it in three of four channels.

    Of the millions of values in such a network some would lie so near to 0 that rounding decides their side. Then
    float32 differs from float64 whoever computes it, in single entries by as much as the gradient itself. Which channels are
    below is the same in all layers, so that sums of layers keep their side. Hard swish has its kinks at ±3: there the mean
    stays at 0.
    """
    kinked: list[tuple[nn.Module, nn.Module]] = []
    normalizations: list[nn.Module] = []

    def activate(module: nn.Module, *_: object) -> None:
        kinked.extend((each, module) for each in normalizations)
        normalizations.clear()

    hooks = []
    for module in network.modules():
        if isinstance(module, (nn.modules.batchnorm._BatchNorm, nn.GroupNorm)):
            hooks.append(module.register_forward_hook(lambda each, *_: normalizations.append(each)))
        elif isinstance(module, (nn.ReLU, nn.Hardswish, nn.Hardsigmoid, nn.SiLU, nn.GELU, nn.Sigmoid)):
            hooks.append(module.register_forward_pre_hook(activate))
    network.eval()(x)
    for hook in hooks:
        hook.remove()
    for normalization, activation in kinked:
        if isinstance(activation, nn.ReLU):
            below = torch.arange(normalization.bias.numel()) % 4 == 3
            normalization.bias += torch.where(below, -4.0, 4.0)


def example_input(name: str, seed: int) -> torch.Tensor:
    network = NETWORKS[name]
    generator = torch.Generator().manual_seed(seed)
    pixels = torch.randn(network.batch, 3, network.size, network.size, generator=generator)
    return pixels + network.brightness * torch.randn(network.batch, 3, 1, 1, generator=generator)


def batch_normalizations(network: nn.Module) -> dict[str, nn.modules.batchnorm._BatchNorm]:
    return {
        name: module
        for name, module in network.named_modules()
        if isinstance(module, nn.modules.batchnorm._BatchNorm)
    }


def settle_statistics(network: nn.Module, x: torch.Tensor) -> None:
    """Sets the running statistics to those of x."""
    layers = batch_normalizations(network).values()
    momenta = [layer.momentum for layer in layers]
    for layer in layers:
        layer.momentum = 1.0
    network.train()
    network(x)
    for layer, momentum in zip(layers, momenta):
        layer.momentum = momentum


def remove_dropout(module: nn.Module) -> None:
    for name, child in module.named_children():
        if isinstance(child, nn.modules.dropout._DropoutNd) or type(child).__name__ == "DropPath":
            setattr(module, name, nn.Identity())
        else:
            remove_dropout(child)


def logits_of(output: object) -> torch.Tensor:
    """torchvision's networks return a dictionary."""
    return output["out"] if isinstance(output, dict) else output
