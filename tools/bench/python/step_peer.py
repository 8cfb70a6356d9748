"""Trains the networks of packages/models in PyTorch eager, one step per line read from stdin.

Called with the settings as JSON. Writes one JSON line when ready, {"version", "parameters"}, and one after each
step, {"seconds", "loss"}.
"""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional

IGNORE_INDEX = 255


def unet_block(inputs, filters):
    return nn.Sequential(
        nn.Conv2d(inputs, filters, 3, padding=1, bias=False),
        nn.BatchNorm2d(filters),
        nn.ReLU(inplace=True),
        nn.Conv2d(filters, filters, 3, padding=1, bias=False),
        nn.BatchNorm2d(filters),
        nn.ReLU(inplace=True),
    )


class UNet(nn.Module):
    def __init__(self, classes, base=8, depth=3):
        super().__init__()
        filters = [base * 2**level for level in range(depth + 1)]
        inputs = [3, *filters]
        self.encoder = nn.ModuleList(unet_block(inputs[level], filters[level]) for level in range(depth))
        self.bottom = unet_block(filters[depth - 1], filters[depth])
        downwards = range(depth - 1, -1, -1)
        self.up = nn.ModuleList(
            nn.ConvTranspose2d(filters[level + 1], filters[level], 2, stride=2, bias=False) for level in downwards
        )
        self.decoder = nn.ModuleList(unet_block(2 * filters[level], filters[level]) for level in downwards)
        self.classifier = nn.Conv2d(base, classes, 1)
        self.multiple = 2**depth

    def forward(self, image):
        height, width = image.shape[2:]
        x = functional.pad(image, (0, -width % self.multiple, 0, -height % self.multiple))
        skipped = []
        for block in self.encoder:
            x = block(x)
            skipped.append(x)
            x = functional.max_pool2d(x, 2)
        x = self.bottom(x)
        for up, block in zip(self.up, self.decoder):
            x = block(torch.cat([skipped.pop(), up(x)], 1))
        return self.classifier(x)[:, :, :height, :width]


def normalization(channels):
    return nn.BatchNorm2d(channels, eps=1e-3)


class EncoderBottleneck(nn.Module):
    def __init__(self, inputs, filters, dropout, dilation=1, asymmetric=None, downsampling=False):
        super().__init__()
        self.inputs, self.filters, self.downsampling = inputs, filters, downsampling
        inner = filters // 4
        size = 2 if downsampling else 1
        if asymmetric is None:
            main = [nn.Conv2d(inner, inner, 3, padding=dilation, dilation=dilation, bias=False)]
        else:
            half = asymmetric // 2
            main = [
                nn.Conv2d(inner, inner, (asymmetric, 1), padding=(half, 0), bias=False),
                nn.Conv2d(inner, inner, (1, asymmetric), padding=(0, half), bias=False),
            ]
        self.extension = nn.Sequential(
            nn.Conv2d(inputs, inner, size, stride=size, bias=False),
            normalization(inner),
            nn.PReLU(inner),
            *main,
            normalization(inner),
            nn.PReLU(inner),
            nn.Conv2d(inner, filters, 1, bias=False),
            normalization(filters),
            nn.Dropout2d(dropout),
        )
        self.rectifier = nn.PReLU(filters)

    def forward(self, x):
        extension = self.extension(x)
        if not self.downsampling:
            return self.rectifier(extension + x)
        pooled, indices = functional.max_pool2d(x, 2, return_indices=True)
        widened = functional.pad(pooled, (0, 0, 0, 0, 0, self.filters - self.inputs))
        return self.rectifier(extension + widened), indices


class DecoderBottleneck(nn.Module):
    def __init__(self, inputs, filters, upsampling=False):
        super().__init__()
        inner = filters // 4
        if upsampling:
            main = nn.ConvTranspose2d(inner, inner, 3, stride=2, padding=1, output_padding=1, bias=False)
            self.other = nn.Sequential(nn.Conv2d(inputs, filters, 1, bias=False), normalization(filters))
        else:
            main = nn.Conv2d(inner, inner, 3, padding=1, bias=False)
        self.extension = nn.Sequential(
            nn.Conv2d(inputs, inner, 1, bias=False),
            normalization(inner),
            nn.ReLU(inplace=True),
            main,
            normalization(inner),
            nn.ReLU(inplace=True),
            nn.Conv2d(inner, filters, 1, bias=False),
            normalization(filters),
        )

    def forward(self, x, indices=None):
        extension = self.extension(x)
        other = x if indices is None else functional.max_unpool2d(self.other(x), indices, 2)
        return functional.relu(extension + other)


class ENet(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.initial = nn.Conv2d(3, 13, 3, stride=2, padding=1, bias=False)
        self.initial_rest = nn.Sequential(normalization(16), nn.PReLU(16))
        self.down_1 = EncoderBottleneck(16, 64, 0.01, downsampling=True)
        self.stage_1 = nn.Sequential(*(EncoderBottleneck(64, 64, 0.01) for _ in range(4)))
        self.down_2 = EncoderBottleneck(64, 128, 0.1, downsampling=True)
        kinds = [
            {},
            {"dilation": 2},
            {"asymmetric": 5},
            {"dilation": 4},
            {},
            {"dilation": 8},
            {"asymmetric": 5},
            {"dilation": 16},
        ]
        self.stages_2_and_3 = nn.Sequential(*(EncoderBottleneck(128, 128, 0.1, **kind) for kind in kinds + kinds))
        self.up_4 = DecoderBottleneck(128, 64, upsampling=True)
        self.stage_4 = nn.Sequential(DecoderBottleneck(64, 64), DecoderBottleneck(64, 64))
        self.up_5 = DecoderBottleneck(64, 16, upsampling=True)
        self.stage_5 = DecoderBottleneck(16, 16)
        self.full_convolution = nn.ConvTranspose2d(16, classes, 2, stride=2)

    def forward(self, image):
        height, width = image.shape[2:]
        x = functional.pad(image, (0, -width % 8, 0, -height % 8))
        x = self.initial_rest(torch.cat([self.initial(x), functional.max_pool2d(x, 2)], 1))
        x, first = self.down_1(x)
        x, second = self.down_2(self.stage_1(x))
        x = self.stages_2_and_3(x)
        x = self.stage_4(self.up_4(x, second))
        x = self.stage_5(self.up_5(x, first))
        return self.full_convolution(x)[:, :, :height, :width]


def cross_entropy(logits, labels):
    return functional.cross_entropy(logits, labels, ignore_index=IGNORE_INDEX)


def lovasz_softmax(logits, labels):
    """The mean over the classes that occur of the Lovász extension of the Jaccard loss (Eq. 9, 11)."""
    classes = logits.shape[1]
    valid = labels.flatten() != IGNORE_INDEX
    probabilities = logits.softmax(1).transpose(0, 1).flatten(1)[:, valid]
    foreground = functional.one_hot(labels.flatten()[valid], classes).T.float()
    errors, order = (foreground - probabilities).abs().sort(1, descending=True)
    hits = foreground.gather(1, order)
    total = hits.sum(1, keepdim=True)
    jaccard = 1 - (total - hits.cumsum(1)) / (total + (1 - hits).cumsum(1))
    weights = torch.diff(jaccard, dim=1, prepend=torch.zeros(classes, 1))
    present = total[:, 0] > 0
    return (errors * weights).sum(1)[present].mean()


NETWORKS = {"unet": UNet, "enet": ENet}
LOSSES = {"cross-entropy": cross_entropy, "lovasz-softmax": lovasz_softmax}


def main():
    settings = json.loads(sys.argv[1])
    torch.set_num_threads(settings["threads"])
    torch.manual_seed(1)
    network = NETWORKS[settings["model"]](settings["classes"]).train()
    loss_of = LOSSES[settings["loss"]]
    optimizer = torch.optim.SGD(network.parameters(), lr=1e-3, momentum=0.9, weight_decay=5e-4)
    size = (settings["batch"], settings["height"], settings["width"])
    images = torch.rand(size[0], 3, *size[1:])
    labels = torch.randint(settings["classes"], size)
    labels[torch.rand(size) < 0.05] = IGNORE_INDEX

    def write(message):
        print(json.dumps(message), flush=True)

    parameters = sum(parameter.numel() for parameter in network.parameters())
    write({"version": torch.__version__, "parameters": parameters})
    for _ in sys.stdin:
        start = time.perf_counter()
        optimizer.zero_grad()
        loss = loss_of(network(images), labels)
        loss.backward()
        optimizer.step()
        value = loss.item()
        write({"seconds": time.perf_counter() - start, "loss": value})


if __name__ == "__main__":
    main()
