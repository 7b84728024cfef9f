"""Reference values for the figures of sets of images: numpy, scipy, scikit-learn, scikit-image and prdc.

Independent of the Rust code. Writes figures.json beside itself.

    pip install numpy scipy scikit-learn scikit-image prdc && python figures.py
"""

import json
import pathlib

import numpy as np
import prdc
from scipy import linalg, ndimage, stats
from skimage import feature, measure, morphology
from sklearn.covariance import ledoit_wolf
from sklearn.metrics.pairwise import polynomial_kernel

LAWS = np.array([[1, 4, 6, 4, 1], [-1, -2, 0, 2, 1], [-1, 0, 2, 0, -1], [1, -4, 6, -4, 1]], float)


def rows(count, seed, shift):
    """Rows of five features that go with each other."""
    rng = np.random.default_rng(seed)
    mixing = np.random.default_rng(9).normal(0, 1, (5, 5))
    return np.round(rng.normal(0, 1, (count, 5)) @ mixing + shift, 3)


def frechet(a, b):
    (s, _), (t, _) = ledoit_wolf(a), ledoit_wolf(b)
    means = ((a.mean(0) - b.mean(0)) ** 2).sum()
    return float(means + np.trace(s + t - 2 * np.real(linalg.sqrtm(s @ t))))


def kernel_distance(a, b):
    def within(x):
        k = polynomial_kernel(x, degree=3, coef0=1)
        return (k.sum() - np.trace(k)) / (len(x) * (len(x) - 1))

    return float(within(a) + within(b) - 2 * polynomial_kernel(a, b, degree=3, coef0=1).mean())


def distances():
    a, b = rows(30, 1, 0.0), rows(25, 2, 0.6)
    near = prdc.compute_prdc(a, b, nearest_k=3)
    return {
        "a": a.tolist(),
        "b": b.tolist(),
        "frechet": frechet(a, b),
        "diagonal": float(((a.mean(0) - b.mean(0)) ** 2).sum() + ((a.std(0) - b.std(0)) ** 2).sum()),
        "kernel": kernel_distance(a, b),
        "precision": float(near["precision"]),
        "recall": float(near["recall"]),
        "density": float(near["density"]),
        "coverage": float(near["coverage"]),
    }


def picture(size):
    rng = np.random.default_rng(4)
    y, x = np.mgrid[0:size, 0:size].astype(float)
    smooth = ndimage.gaussian_filter(rng.normal(0, 1, (size, size)), 1.5)
    image = 120 + 50 * np.sin(0.2 * x) + 160 * smooth
    organ = ((x - 30) / 20) ** 2 + ((y - 26) / 24 + 0.01 * (x - 30)) ** 2 < 1
    return np.clip(np.round(image), 0, 255).astype(np.uint8), organ


def meetings(levels, organ, d):
    """Counts of both orders, levels from 1, by slices of a padded array; what skimage makes of them."""
    counts = np.zeros((16, 16))
    padded = np.pad(np.where(organ, levels, -1), d, constant_values=-1)
    here = padded[d:-d, d:-d]
    for dy, dx in [(0, d), (d, d), (d, 0), (d, -d)]:
        there = np.roll(padded, (-dy, -dx), (0, 1))[d:-d, d:-d]
        both = (here >= 0) & (there >= 0)
        np.add.at(counts, (here[both], there[both]), 1)
    counts += counts.T
    share = counts / counts.sum()
    props = [feature.graycoprops(share[:, :, None, None], name)[0, 0] for name in ("contrast", "correlation", "ASM", "homogeneity")]
    return [*map(float, props), float(stats.entropy(share.ravel(), base=2))]


def patterns(image, organ):
    steps = [(0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1)]
    h, w = image.shape
    inner = (slice(1, h - 1), slice(1, w - 1))
    moved = lambda p, s: p[1 + s[0] : h - 1 + s[0], 1 + s[1] : w - 1 + s[1]]
    bright = np.stack([moved(image, s) >= image[inner] for s in steps]).astype(int)
    whole = np.all([moved(organ, s) for s in steps], axis=0) & organ[inner]
    changes = np.abs(np.diff(np.concatenate([bright, bright[:1]]), axis=0)).sum(0)
    codes = np.where(changes <= 2, bright.sum(0), 9)[whole]
    return (np.bincount(codes, minlength=10) / len(codes)).tolist()


def laws(image, organ):
    inner = organ[2:-2, 2:-2]

    def energy(across, down):
        answer = ndimage.correlate(image, np.outer(LAWS[down], LAWS[across]))[2:-2, 2:-2]
        return np.abs(answer[inner]).mean()

    pairs = [(a, b) for a in range(4) for b in range(max(a, 1), 4)]
    return [float(np.log((energy(a, b) + energy(b, a)) / 2 + 1 / 255)) for a, b in pairs]


def shape(organ):
    # A pixel is a square: its own variance of 1/12 each way counts.
    narrow, wide_axis = np.sqrt(np.linalg.eigvalsh(np.cov(np.nonzero(organ), bias=True) + np.eye(2) / 12))
    wide = np.pad(organ, 1).astype(int)
    sides = np.abs(np.diff(wide, axis=0)).sum() + np.abs(np.diff(wide, axis=1)).sum()
    area = organ.sum()
    return [
        float(area / organ.size),
        float(4 * np.pi * area / sides**2),
        float(narrow / wide_axis),
    ]


def texture(bytes_, organ):
    image = bytes_ / 255.0
    inside = image[organ]
    levels = np.minimum((image * 16).astype(int), 15)
    slope = np.hypot(ndimage.sobel(image, 0, mode="nearest"), ndimage.sobel(image, 1, mode="nearest"))[organ] / 8
    features = [inside.mean(), inside.std(), stats.skew(inside), stats.kurtosis(inside, fisher=False)]
    features += list(np.percentile(inside, [5, 25, 50, 75, 95]))
    features += [stats.entropy(np.bincount(levels[organ]), base=2)]
    features += [slope.mean(), slope.std(), np.percentile(slope, 95)]
    for d in (1, 2, 4):
        features += meetings(levels, organ, d)
    return list(map(float, features)) + patterns(bytes_, organ) + laws(image, organ) + shape(organ)


def octaves(bytes_, organ):
    image = bytes_ / 255.0
    size = len(image)
    sigma = size / 64
    deep = organ.copy()
    deep[[0, -1]] = False
    deep[:, [0, -1]] = False
    radius = int(np.ceil(3 * sigma))
    deep = ndimage.minimum_filter(deep.astype(float), 2 * radius + 1, mode="nearest")
    window = ndimage.gaussian_filter(deep, sigma, radius=radius, mode="nearest")
    mean = (image * window).sum() / window.sum()
    power = np.abs(np.fft.fft2((image - mean) * window)) ** 2 / (window**2).sum()
    radial = np.hypot(*np.meshgrid(np.fft.fftfreq(size), np.fft.fftfreq(size)))
    found = []
    while 2 ** (len(found) + 2) * 4 <= size:
        k = len(found)
        ring = (radial <= 1 / 2 ** (k + 1)) & (radial > 1 / 2 ** (k + 2))
        found.append(float(power[ring].mean()))
    return found


def lines(seed, size=64):
    """Edges of smooth noise, of one to three pixels, with gaps."""
    rng = np.random.default_rng(seed)
    smooth = ndimage.gaussian_filter(rng.normal(0, 1, (size, size)), 3)
    edge = np.abs(smooth) < 0.012 + 0.01 * seed
    return edge & (rng.random((size, size)) > 0.01)


def topology(line):
    thin = morphology.thin(line)
    around = ndimage.convolve(thin.astype(int), np.ones((3, 3), int), mode="constant") - thin
    return {
        "map": line.astype(int).ravel().tolist(),
        "components": int(measure.label(line, connectivity=2).max()),
        "euler": int(measure.euler_number(line, connectivity=2)),
        "length": int(thin.sum()),
        "open_ends": int((thin & (around == 1)).sum()),
    }


def main():
    image, organ = picture(64)
    document = {
        "distances": distances(),
        "image": image.ravel().tolist(),
        "organ": organ.astype(int).ravel().tolist(),
        "texture": texture(image, organ),
        "octaves": octaves(image, organ),
        "maps": [topology(lines(seed)) for seed in (1, 2, 3)],
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(document, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
