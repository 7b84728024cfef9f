"""Reference values for the metrics, computed with numpy and scipy in double precision.

Independent of the Rust code: windows by two-dimensional convolution, the histogram by
numpy.histogram2d. Writes metrics.json beside itself.

    pip install numpy scipy && python metrics.py
"""

import json
import pathlib

import numpy as np
import scipy
from scipy import ndimage, signal

WEIGHTS = np.array([0.0448, 0.2856, 0.3001, 0.2363, 0.1333])
C1, C2 = 0.01**2, 0.03**2


def picture(size, seed):
    """A smooth picture with an edge, and a noisy, blurred relative of it; 8-bit values."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:size, 0:size].astype(float)
    a = 110 + 60 * np.sin(0.11 * x + 0.3 * np.cos(0.07 * y)) + 50 * ((x - size / 2) ** 2 + (y - size / 2.2) ** 2 < (size / 3.5) ** 2)
    b = 0.8 * ndimage.gaussian_filter(a, 1.2) + rng.normal(0, 9, a.shape) + 20
    return [np.clip(np.round(p), 0, 255).astype(np.uint8) for p in (a, b)]


def window():
    offsets = np.arange(11) - 5
    kernel = np.exp(-(offsets[:, None] ** 2 + offsets[None, :] ** 2) / (2 * 1.5**2))
    return kernel / kernel.sum()


def similarity(a, b):
    def mean(p):
        return signal.convolve2d(p, window(), mode="valid")

    ma, mb = mean(a), mean(b)
    va, vb, cov = mean(a * a) - ma**2, mean(b * b) - mb**2, mean(a * b) - ma * mb
    contrast = (2 * cov + C2) / (va + vb + C2)
    luminance = (2 * ma * mb + C1) / (ma**2 + mb**2 + C1)
    return (luminance * contrast).mean(), contrast.mean()


def halve(p):
    h, w = p.shape[0] // 2, p.shape[1] // 2
    return p[: 2 * h, : 2 * w].reshape(h, 2, w, 2).mean(axis=(1, 3))


def ms_ssim(a, b):
    scales = [(a, b)]
    while len(scales) < 5 and min(scales[-1][0].shape) // 2 >= 11:
        scales.append((halve(scales[-1][0]), halve(scales[-1][1])))
    weights = WEIGHTS[: len(scales)] / WEIGHTS[: len(scales)].sum()
    terms = [similarity(*pair)[1] for pair in scales[:-1]] + [similarity(*scales[-1])[0]]
    return float(np.prod(np.maximum(terms, 0) ** weights))


def mutual_information(a, b):
    joint, _, _ = np.histogram2d(a.ravel(), b.ravel(), bins=64, range=[[0, 1], [0, 1]])
    joint /= joint.sum()
    independent = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)
    some = joint > 0
    return float((joint[some] * np.log(joint[some] / independent[some])).sum())


def case(size, seed):
    bytes_a, bytes_b = picture(size, seed)
    a, b = bytes_a / 255.0, bytes_b / 255.0
    return {
        "size": size,
        "a": bytes_a.ravel().tolist(),
        "b": bytes_b.ravel().tolist(),
        "ssim": float(similarity(a, b)[0]),
        "ms_ssim": ms_ssim(a, b),
        "psnr": float(10 * np.log10(1 / ((a - b) ** 2).mean())),
        "mutual_information": mutual_information(a, b),
    }


def main():
    document = {
        "provenance": f"tests/reference/metrics.py, numpy {np.__version__}, scipy {scipy.__version__}, double precision",
        "cases": [case(15, 1), case(45, 2), case(93, 3)],
    }
    # Five scales need 176 pixels: too many to list, so the 93-pixel picture is repeated to the nearest pixel.
    last = document["cases"][-1]
    a, b = (np.kron(np.array(last[k]).reshape(93, 93) / 255.0, np.ones((2, 2))) for k in "ab")
    document["doubled_ms_ssim"] = ms_ssim(a, b)
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(document, separators=(",", ":")) + "\n")
    print(path, path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
