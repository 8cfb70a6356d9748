"""Runs one recipe of docs/exporting.md in the working folder, and computes what training its network must give.

Writes expected.json: the batch, the losses of two steps of gradient descent as far as the framework computes them here,
and how many numbers are trained. Where a package is missing, it holds that package's name alone.
"""

import json
import math
import runpy
import sys

SHAPE = (2, 3, 16, 16)
RATE = 0.1
CLASSES = 5


def expected(network, image, labels):
    package = type(network).__mro__[-2].__module__.split(".")[0]
    if package == "torch":
        return by_torch(network, image, labels)
    if hasattr(network, "trainable_variables"):
        return by_keras(network, image, labels)
    return by_flax(network, image, labels)


def by_torch(network, image, labels):
    import torch

    x = torch.tensor(image).reshape(SHAPE)
    y = torch.tensor(labels).reshape(SHAPE[0], *SHAPE[2:])
    optimizer = torch.optim.SGD(network.train().parameters(), lr=RATE)
    losses = []
    for _ in range(2):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(network(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, sum(p.numel() for p in network.parameters())


def by_keras(network, image, labels):
    import numpy as np

    x = np.array(image, np.float32).reshape(SHAPE).transpose(0, 2, 3, 1)
    y = np.array(labels).reshape(SHAPE[0], *SHAPE[2:])
    logits = np.array(network(x, training=True), np.float64)
    return [cross_entropy(logits, y)], sum(math.prod(v.shape) for v in network.trainable_variables)


def by_flax(network, image, labels):
    import jax
    import numpy as np
    from flax import nnx

    network.train()
    y = np.array(labels).reshape(SHAPE[0], *SHAPE[2:])
    logits = np.array(network(np.array(image, np.float32).reshape(SHAPE)), np.float64)
    weights = jax.tree.leaves(nnx.state(network, nnx.Param))
    return [cross_entropy(logits.transpose(0, 2, 3, 1), y)], sum(w.size for w in weights)


def cross_entropy(logits, labels):
    """Of logits with classes on the last axis."""
    import numpy as np

    shifted = logits - logits.max(-1, keepdims=True)
    log = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return float(-np.take_along_axis(log, labels[..., None], -1).mean())


def main(recipe):
    count = math.prod(SHAPE)
    image = [math.sin(i) for i in range(count)]
    labels = [i % CLASSES for i in range(count // SHAPE[1])]
    try:
        network = runpy.run_path(recipe)["network"]
    except ModuleNotFoundError as error:
        return {"missing": error.name}
    losses, trained = expected(network, image, labels)
    return {"image": image, "labels": labels, "losses": losses, "trained": trained, "rate": RATE}


result = main(sys.argv[1])
with open("expected.json", "w") as file:
    json.dump(result, file)
