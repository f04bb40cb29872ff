"""Figures that are read at each scrape, as Prometheus wants them."""

from collections.abc import Mapping

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric


def gauge(name: str, words: str, values: Mapping[str, float], label: str | None = None) -> Metric:
    """A gauge by the values of a label; without a label, it has one value."""
    family = GaugeMetricFamily(name, words, labels=[label] if label else [])
    for text, value in values.items():
        family.add_metric([text] if label else [], value)
    return family
