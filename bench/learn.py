"""Learn what each feature of related links weighs: python -m bench.learn FEATURES.ndjson RELATED.ndjson [--write FILE].

FEATURES.ndjson comes from `python -m bench.related --features`, RELATED.ndjson holds the links that editors placed. The
model is a conditional logit: of all candidates of a story, the linked ones should be the likeliest. Prints nDCG@5 by
five-fold cross-validation over stories, with each feature left out in turn. Nothing about a story that is a link of a
held-out fold is learned from, or the model would learn which stories are popular here, and not what makes a link.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SHRINKAGE = 0.03
FOLDS = 5
SEEDS = (1, 2, 3)
HOUSE = ("picked", "picked nearby")
"""What a publication teaches by its own links; learned from all folds, since each link was there before its story."""
NOT_LEARNED = {"author": 0.3, "series": 0.5}
"""Set by hand where the data does not have them."""


@dataclass
class Data:
    """All candidates of all stories, a row each."""

    names: list[str]
    values: "np.ndarray"
    linked: "np.ndarray"
    story: "np.ndarray"
    candidate: "np.ndarray"
    links: "np.ndarray"
    """How many links each story has, found or not."""

    @classmethod
    def read(cls, features: Path, related: Path) -> "Data":
        targets = {line["id"]: set(line["related"]) for line in map(json.loads, related.open(encoding="utf-8"))}
        numbers: dict[str, int] = {}
        names: list[str] = []
        rows, linked, story, candidate, links = [], [], [], [], []
        for number, line in enumerate(map(json.loads, features.open(encoding="utf-8"))):
            links.append(len(targets[line["id"]]))
            for name, values in line["candidates"].items():
                names = names or list(values)
                rows.append([values[one] for one in names])
                linked.append(name in targets[line["id"]])
                story.append(number)
                candidate.append(numbers.setdefault(name, len(numbers)))
        return cls(
            names, np.array(rows), np.array(linked, float), np.array(story), np.array(candidate), np.array(links)
        )


def fit(values: "np.ndarray", linked: "np.ndarray", story: "np.ndarray") -> "np.ndarray":
    """Weights of standardized features, by Newton's method on the penalized likelihood."""
    known = np.isin(story, story[linked > 0])
    values, linked = values[known], linked[known]
    _, starts, counts = np.unique(story[known], return_index=True, return_counts=True)
    share = linked / np.repeat(np.add.reduceat(linked, starts), counts)
    stories = len(starts)

    def loss(weights: "np.ndarray") -> tuple[float, "np.ndarray"]:
        scores = values @ weights
        odds = np.exp(scores - np.repeat(np.maximum.reduceat(scores, starts), counts))
        likely = odds / np.repeat(np.add.reduceat(odds, starts), counts)
        chance = share @ np.log(likely + 1e-300) / stories
        return float(SHRINKAGE / 2 * weights @ weights - chance), likely

    weights = np.zeros(values.shape[1])
    lost, likely = loss(weights)
    for _ in range(30):
        gradient = values.T @ (share - likely) / stories - SHRINKAGE * weights
        means = np.add.reduceat(values * likely[:, None], starts)
        curvature = ((values * likely[:, None]).T @ values - means.T @ means) / stories
        step = np.linalg.solve(curvature + SHRINKAGE * np.eye(len(weights)), gradient)
        while (after := loss(weights + step))[0] > lost and np.abs(step).max() > 1e-6:
            step = step / 2
        weights, gained = weights + step, lost - after[0]
        lost, likely = after
        if gained < 1e-7:
            break
    return weights


def ndcg(data: Data, scores: "np.ndarray", depth: int = 5) -> float:
    """Mean nDCG of the stories' candidates in the order of their scores."""
    gain = 1 / np.log2(np.arange(2, depth + 2))
    ideal = np.cumsum(gain)
    found = np.zeros(len(data.links))
    starts = np.flatnonzero(np.r_[True, data.story[1:] != data.story[:-1]])
    for start, end in zip(starts, np.r_[starts[1:], len(data.story)], strict=True):
        best = np.argsort(-scores[start:end], kind="stable")[:depth]
        number = data.story[start]
        found[number] = data.linked[start:end][best] @ gain[: len(best)] / ideal[min(depth, data.links[number]) - 1]
    return float(found.mean())


def cross_validate(data: Data, chosen: list[str]) -> float:
    """nDCG@5 on stories that were not learned from."""
    values = standardized(data, chosen)
    apart = not set(chosen) & set(HOUSE)
    results = []
    for seed in SEEDS:
        order = np.random.default_rng(seed).permutation(len(data.links))
        scores = np.zeros(len(data.story))
        for fold in range(FOLDS):
            held_out = np.isin(data.story, order[fold::FOLDS])
            learned = ~held_out
            if apart:
                learned &= ~np.isin(data.candidate, data.candidate[held_out & (data.linked > 0)])
            weights = fit(values[learned], data.linked[learned], data.story[learned])
            scores[held_out] = values[held_out] @ weights
        results.append(ndcg(data, scores))
    return float(np.mean(results))


def standardized(data: Data, chosen: list[str]) -> "np.ndarray":
    values = data.values[:, [data.names.index(name) for name in chosen]]
    return (values - values.mean(axis=0)) / (values.std(axis=0) + 1e-9)


def learn(data: Data, chosen: list[str]) -> dict[str, float]:
    """Weights of the features as the product computes them."""
    spread = data.values[:, [data.names.index(name) for name in chosen]].std(axis=0) + 1e-9
    weights = fit(standardized(data, chosen), data.linked, data.story) / spread
    return {name: round(float(weight), 3) for name, weight in zip(chosen, weights, strict=True)}


def bias_of(data: Data, weights: dict[str, float]) -> float:
    """What makes the scores of all candidates add up to the number of their links."""
    scores = data.values @ np.array([weights[name] for name in data.names])
    low, high = -60.0, 60.0
    for _ in range(60):
        middle = (low + high) / 2
        expected = (1 / (1 + np.exp(-np.clip(scores + middle, -60, 60)))).sum()
        low, high = (middle, high) if expected < data.linked.sum() else (low, middle)
    return round(low, 3)


def main() -> int:
    parser = argparse.ArgumentParser(description="Learn the weights of related links.")
    parser.add_argument("features", type=Path)
    parser.add_argument("related", type=Path)
    parser.add_argument("--write", type=Path, help="where to write the weights, such as api/related/weights.json")
    options = parser.parse_args()
    data = Data.read(options.features, options.related)
    learned = [name for name in data.names if name not in NOT_LEARNED]
    words = [name for name in learned if name not in HOUSE]
    print(f"found among the candidates: {data.linked.sum() / data.links.sum():.3f} of the links")
    print(f"{'without the links of editors':32} {cross_validate(data, words):.4f}")
    for name in words:
        print(f"  without {name:22} {cross_validate(data, [one for one in words if one != name]):.4f}")
    print(f"{'with the links of editors before':32} {cross_validate(data, learned):.4f}")
    for name in HOUSE:
        print(f"  without {name:22} {cross_validate(data, [one for one in learned if one != name]):.4f}")
    # The weights of the words are learned without the house's own links, which a new publication does not have.
    weights = learn(data, words)
    house = learn(data, learned)
    weights |= {name: house[name] for name in HOUSE} | NOT_LEARNED
    if options.write:
        bias = bias_of(data, weights)
        options.write.write_text(json.dumps({"weights": weights, "bias": bias}, indent=2) + "\n", "utf-8")
    print(json.dumps(weights))
    return 0


if __name__ == "__main__":
    sys.exit(main())
