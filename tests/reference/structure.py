"""Reference values for algorithms 1 and 2, computed with numpy and scipy in double precision.

Independent of the Rust code: Sobel, median, labelling, hole filling and box means are scipy.ndimage's,
the 3x3 Gaussian is a plain two-dimensional correlation. Writes structure.json beside itself.

    pip install numpy scipy && python structure.py
"""

import json
import pathlib

import numpy as np
import scipy
from scipy import ndimage

# Smallest distance that a value must keep from its threshold, so that single precision decides alike.
MARGIN = 2e-5


def picture(width=22, height=20):
    y, x = np.mgrid[0:height, 0:width].astype(float)
    body = ((x - 11) / 9) ** 2 + ((y - 11) / 9) ** 2 < 1
    lungs = ((np.abs(x - 11) - 4) / 2.4) ** 2 + ((y - 10) / 4.5) ** 2 < 1
    image = 20 + 150 * body - 110 * lungs + 25 * np.sin(0.9 * y + 0.35 * x) * body
    image[0:2, 0:3] = 230  # a marker outside the body
    noise = np.random.default_rng(20240501).normal(0, 6, image.shape)
    return np.clip(np.round(image + noise), 0, 255).astype(np.uint8)


def normalise(plane):
    return (plane - plane.min()) / (plane.max() - plane.min())


def gaussian3(plane, sigma):
    offsets = np.arange(-1, 2)
    kernel = np.exp(-(offsets[:, None] ** 2 + offsets[None, :] ** 2) / (2 * sigma**2))
    return ndimage.correlate(plane, kernel / kernel.sum(), mode="nearest")


def local_contrast(plane, radius, floor, limit):
    mean = ndimage.uniform_filter(plane, 2 * radius + 1, mode="nearest")
    square = ndimage.uniform_filter(plane**2, 2 * radius + 1, mode="nearest")
    contrast = (plane - mean) / (np.sqrt(np.maximum(square - mean**2, 0)) + floor)
    return contrast if limit is None else np.clip(contrast, -limit, limit)


def above(plane, threshold):
    assert np.abs(plane - threshold).min() > MARGIN, "a value is too near its threshold"
    return (plane > threshold).astype(float)


def structure_steps(image, mask, smoothing, contrast, sigma1, alpha, sigma2, beta, median):
    steps = {"image": normalise(image.astype(float))}
    plane = steps["image"]
    if smoothing:
        plane = steps["smoothed"] = ndimage.gaussian_filter(
            plane, smoothing, mode="nearest", radius=int(np.ceil(3 * smoothing))
        )
    if contrast:
        plane = steps["contrast"] = local_contrast(plane, **contrast)
    across = steps["sobel-x"] = ndimage.sobel(plane, axis=1, mode="nearest")
    down = steps["sobel-y"] = ndimage.sobel(plane, axis=0, mode="nearest")
    lower = steps["lower"] = normalise(np.minimum(across, down))
    upper = steps["upper"] = normalise(np.maximum(across, down))
    lower = steps["lower-blurred"] = gaussian3(lower, sigma1)
    upper = steps["upper-blurred"] = gaussian3(upper, sigma1)
    steps["lower-lines"] = above(lower.mean() - lower, alpha)
    steps["upper-lines"] = above(upper - upper.mean(), alpha)
    steps["union"] = np.maximum(steps["lower-lines"], steps["upper-lines"])
    steps["lines"] = above(gaussian3(steps["union"], sigma2), beta)
    steps["median"] = ndimage.median_filter(steps["lines"], size=median, mode="nearest")
    steps["structure-map"] = steps["median"] * (1 - mask)
    return steps


def organ_mask(image, threshold, grow, median, fill):
    inside = above(normalise(image.astype(float)), threshold) > 0
    if fill:
        labels, _ = ndimage.label(ndimage.binary_fill_holes(inside))
        sizes = np.bincount(labels.ravel())
        sizes[0] = 0
        inside = labels == sizes.argmax()
    background = 1 - inside.astype(float)
    height, width = background.shape
    rows = np.floor((np.arange(height + grow) + 0.5) * height / (height + grow)).astype(int)
    columns = np.floor((np.arange(width + grow) + 0.5) * width / (width + grow)).astype(int)
    larger = background[np.ix_(rows, columns)]
    top = left = grow // 2
    cut = larger[top : top + height, left : left + width]
    return ndimage.median_filter(cut, size=median, mode="nearest")


def rounded(plane):
    binary = np.isin(plane, (0, 1)).all()
    return "".join(str(int(v)) for v in plane.ravel()) if binary else [round(float(v), 6) for v in plane.ravel()]


def main():
    image = picture()
    masks = [dict(threshold=0.31, grow=g, median=m, fill=f) for g, m, f in [(0, 1, True), (2, 5, True), (3, 3, False)]]
    mask = organ_mask(image, **masks[1])
    cases = [
        dict(smoothing=0, contrast=None, sigma1=0.7, alpha=0.055, sigma2=0.45, beta=0.2, median=3),
        dict(smoothing=0, contrast=dict(radius=3, floor=0.02, limit=None), sigma1=0.01, alpha=0.1, sigma2=0.8, beta=0.31, median=5),
        dict(smoothing=0.8, contrast=dict(radius=4, floor=0.03, limit=0.8), sigma1=1.2, alpha=0.13, sigma2=0.45, beta=0.2, median=3),
    ]
    document = {
        "provenance": f"tests/reference/structure.py, numpy {np.__version__}, scipy {scipy.__version__}, double precision",
        "width": image.shape[1],
        "height": image.shape[0],
        "image": image.ravel().tolist(),
        "masks": [dict(settings=s, mask=rounded(organ_mask(image, **s))) for s in masks],
        "maps": [
            dict(values=dict(size=22, scale=1, **c), steps={k: rounded(v) for k, v in structure_steps(image, mask, **c).items()})
            for c in cases
        ],
    }
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(document, separators=(",", ":")) + "\n")
    print(path, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
