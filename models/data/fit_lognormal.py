"""Prints the table of lognormal fits in README.md: run it in this folder, Python 3 and nothing else."""
import csv
import math


def rows(name):
    with open(name, newline="") as file:
        return list(csv.DictReader(file))


def show(name, minutes):
    """Maximum likelihood: mean and standard deviation (divided by n) of the logarithms."""
    minutes = [m for m in minutes if m > 0]
    logs = [math.log(m) for m in minutes]
    n = len(logs)
    mu = sum(logs) / n
    sigma = math.sqrt(sum((x - mu) ** 2 for x in logs) / n)
    print(f"| {name} | {n} | {mu:.3f} | {sigma:.3f} | {math.exp(mu):.0f} min | {math.exp(mu + 1.6449 * sigma):,.0f} min "
          f"| {math.exp(mu + sigma * sigma / 2):.0f} min | {sum(minutes) / n:.0f} min |")


def number(text, unit=1.0):
    return float(text) * unit if text.strip() else 0.0


aws = rows("aws_status_events.csv")
gcp = rows("gcp_incidents.csv")
reviews = rows("provider_reviews_2023_2026.csv")
show("AWS, all timed events", [number(r["duration_min_parsed"]) for r in aws])
show("AWS EC2 in us-east-1", [number(r["duration_min_parsed"]) for r in aws
                              if r["service"] == "ec2" and r["region"] == "us-east-1"])
show("Google Cloud, all timed", [number(r["duration_min"]) for r in gcp])
show("Google Cloud, severity high", [number(r["duration_min"]) for r in gcp if r["severity"] == "high"])
show("reviews, all timed", [number(r["duration_hours"], 60) for r in reviews])
show("reviews, several services in one region",
     [number(r["duration_hours"], 60) for r in reviews if r["blast_radius_proxy"] == "multi-service/single-region"])
show("reviews, caused by a configuration change",
     [number(r["duration_hours"], 60) for r in reviews if r["coded_category"] == "configuration_change"])
