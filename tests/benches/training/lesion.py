"""Seconds per step of the lesion stage in PyTorch: the peer of `cargo xtask bench train`.

The network, losses and optimizer of `scanweave train lesion`, preset demo or tiny, on images of noise: what they show does
not change the time of a step. Prints one number, the median of the steps after the first three.

usage: lesion.py SIZE WIDTH BATCH STEPS THREADS
"""

import statistics
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

DEPTH = 3
CLASSES = 2


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride, 1)
        self.norm = nn.InstanceNorm2d(outputs, affine=True)

    def forward(self, x):
        return F.leaky_relu(self.norm(self.conv(x)), 0.2)


class Unet(nn.Module):
    def __init__(self, width):
        super().__init__()
        channels = [width << level for level in range(DEPTH + 1)]
        self.stem = nn.Conv2d(1, width, 3, 1, 1)
        self.down = nn.ModuleList(Block(a, b, 2) for a, b in zip(channels, channels[1:]))
        self.middle = Block(channels[-1], channels[-1], 1)
        pairs = list(zip(channels, channels[1:]))[::-1]
        self.up = nn.ModuleList(Block(b + a, a, 1) for a, b in pairs)
        self.head = nn.Conv2d(width, CLASSES, 3, 1, 1)

    def forward(self, x):
        skips = [F.leaky_relu(self.stem(x), 0.2)]
        for block in self.down:
            skips.append(block(skips[-1]))
        y = self.middle(skips.pop())
        for block in self.up:
            y = block(torch.cat([F.interpolate(y, scale_factor=2), skips.pop()], 1))
        return self.head(y)


def main():
    size, width, batch, steps, threads = map(int, sys.argv[1:])
    torch.set_num_threads(threads)
    torch.manual_seed(1)
    net = Unet(width)
    average = [p.detach().clone() for p in net.parameters()]
    adam = torch.optim.Adam(net.parameters(), 2e-4, (0.5, 0.99))
    image = torch.rand(batch, 1, size, size)
    label = (torch.rand(batch, size, size) < 0.1).long()
    one_hot = F.one_hot(label, CLASSES).permute(0, 3, 1, 2).float()
    times = []
    for _ in range(steps + 3):
        begin = time.perf_counter()
        logits = net(image)
        p = logits.softmax(1)
        overlap = (p * one_hot).sum((0, 2, 3))
        dice = 1 - ((2 * overlap + 1) / (p.sum((0, 2, 3)) + one_hot.sum((0, 2, 3)) + 1))[1:].mean()
        loss = dice + F.cross_entropy(logits, label)
        adam.zero_grad()
        loss.backward()
        adam.step()
        with torch.no_grad():
            for a, p in zip(average, net.parameters()):
                a.lerp_(p, 0.01)
        times.append(time.perf_counter() - begin)
    print(f"{statistics.median(times[3:]):.4f}")


main()
