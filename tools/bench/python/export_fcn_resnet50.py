"""Exports torchvision's fcn_resnet50 (21 classes, random weights, batch normalization kept) to the file that is named."""

import sys

import torch
from torchvision.models.segmentation import fcn_resnet50


class Logits(torch.nn.Module):
    """The main output alone."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, image):
        return self.network(image)["out"]


def main():
    torch.manual_seed(0)
    network = fcn_resnet50(weights=None, weights_backbone=None, num_classes=21).eval()
    torch.onnx.export(
        Logits(network),
        (torch.rand(2, 3, 224, 224),),
        sys.argv[1],
        dynamo=False,
        opset_version=17,
        do_constant_folding=False,
        training=torch.onnx.TrainingMode.PRESERVE,
        input_names=["image"],
        output_names=["logits"],
    )


if __name__ == "__main__":
    main()
