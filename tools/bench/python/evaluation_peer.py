"""Metrics of one frame by other libraries, one call per line of stdin, each on one thread.

Called with {"width", "height", "classes", "files": {"labels", "predictions", "labelIds", "predictedIds", "instanceIds"}} as
JSON; the files hold raw pixels, uint8, instance ids int32. Writes a JSON line when ready, {"versions"}. For each line
{"call"} it writes {"seconds", "value"}: a confusion matrix, or the Boundary IoU of each class, to compare.
"""

import json
import sys
import time

import cv2
import numpy as np
import torch
from torchmetrics.functional.classification import multiclass_confusion_matrix

settings = json.loads(sys.argv[1])
shape = (settings["height"], settings["width"])
classes = settings["classes"]
torch.set_num_threads(1)
cv2.setNumThreads(1)


def read(name, kind=np.uint8):
    return np.fromfile(settings["files"][name], dtype=kind).reshape(shape)


labels, predictions = read("labels"), read("predictions")
frame = {"labelIds": read("labelIds"), "predictedIds": read("predictedIds"), "instanceIds": read("instanceIds", np.int32)}
label_tensor, prediction_tensor = torch.from_numpy(labels).long(), torch.from_numpy(predictions).long()


def numpy_bincount():
    """As mmsegmentation, Hugging Face evaluate and many scripts count: mask, pair, bincount."""
    mask = labels != 255
    pairs = classes * labels[mask].astype(np.int64) + predictions[mask]
    return np.bincount(pairs, minlength=classes**2).reshape(classes, classes)


def torchmetrics_matrix():
    return multiclass_confusion_matrix(prediction_tensor, label_tensor, num_classes=classes, ignore_index=255).numpy()


def boundary(mask, distance):
    """The published way: a zero ring, as many erosions by 3 × 3 as the boundary is wide, and what they took away."""
    padded = cv2.copyMakeBorder(mask, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    eroded = cv2.erode(padded, np.ones((3, 3), dtype=np.uint8), iterations=distance)
    return mask - eroded[1:-1, 1:-1]


def boundary_iou():
    distance = max(1, int(round(0.02 * np.sqrt(shape[0] ** 2 + shape[1] ** 2))))
    valid = labels != 255
    scores = []
    for label in range(classes):
        ours = boundary((labels == label).astype(np.uint8), distance).astype(bool) & valid
        theirs = boundary((predictions == label).astype(np.uint8), distance).astype(bool) & valid
        union = np.count_nonzero(ours | theirs)
        scores.append(float(np.count_nonzero(ours & theirs) / union) if union else None)
    return scores


class Decoded:
    """What the official script opens, already in memory, so that reading files takes no part."""

    def __init__(self, pixels):
        self.pixels = pixels
        self.size = pixels.shape[::-1]

    def __array__(self, dtype=None, copy=None):
        return self.pixels

    @classmethod
    def open(cls, name):
        return cls(frame[name])


def cityscapes():
    np.in1d = np.isin  # gone from numpy 2.4
    from cityscapesscripts.evaluation import evalPixelLevelSemanticLabeling as official

    official.Image = Decoded
    matrix = official.generateMatrix(official.args)
    stats = official.generateInstanceStats(official.args)
    official.args.evalPixelAccuracy = False
    official.evaluatePair("predictedIds", "labelIds", matrix, stats, {}, official.args)
    return matrix


calls = {
    "numpy": numpy_bincount,
    "torchmetrics": torchmetrics_matrix,
    "boundary": boundary_iou,
    "cityscapes": cityscapes,
}

versions = {"numpy": np.__version__, "torchmetrics": __import__("torchmetrics").__version__, "opencv": cv2.__version__}
print(json.dumps({"versions": versions}), flush=True)
for line in sys.stdin:
    call = calls[json.loads(line)["call"]]
    start = time.perf_counter()
    value = call()
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "value": value if isinstance(value, list) else np.asarray(value).tolist()}), flush=True)
