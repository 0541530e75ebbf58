"""Counts multiply-adds in an interpreter that has PyTorch: a network's record on each line of input, two counts out.

python counter.py FOLDER_OF_THE_WORKER
"""

import json
import sys

sys.path.insert(0, sys.argv[1])

import frameworks
import numpy as np


def counted(record, framework):
    """[multiply-adds of a forward pass, of a training step] for one example, as PyTorch counts what it computes."""
    from torch.utils.flop_counter import FlopCounterMode

    sgd = {"optimizer": "sgd", "learning_rate": 0.1, "momentum": 0.0, "nesterov": False}
    model = framework.compiled({"model": record, "seed": 1, "optimizer": sgd})
    x = np.zeros([2] + record["input_shape"], record["input_dtype"])
    y = framework.targets(np.zeros(2, "int64"), record["loss"], record["classes"])
    counts = []
    for what in (model.judge, model.step):
        with FlopCounterMode(display=False) as counter:
            what(x, y)
        counts.append(counter.get_total_flops() // (2 * len(x)))
    return counts


framework = frameworks.of({"backend": "bare_torch", "threads": 1, "seed": 1})
framework.setup()
for line in sys.stdin:
    print(json.dumps(counted(json.loads(line), framework)), flush=True)
