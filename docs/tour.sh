#!/bin/sh
# The tour of the README, in a folder of its own. Needs `failscape` on the PATH: `cargo install --path .`.
set -eu
models=$(cd "$(dirname "$0")/../models" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -r "$models" "$folder"
cd "$folder"

failscape init my-service.yaml                      # a commented starter model (`init --example NAME`: one of models/)
failscape check my-service.yaml                     # every mistake at once, with its place and a hint
failscape compare my-service.yaml --trials 2000     # the table, the charts, the report: output/my-service/index.html
failscape run my-service.yaml -t hot-standby --trials 2000      # one topology in depth
failscape why my-service.yaml -t multi-az --trials 500          # what takes it down, and what mending that would save

# Decide
failscape sweep my-service.yaml --set failover.detect=10s..10m -t hot-standby --trials 300   # what a value does, and where the SLO is crossed
failscape sensitivity models/unsure.yaml --trials 300           # which assumption matters, and which would change the choice
failscape recommend models/drills.yaml -t hot-standby --trials 300     # which changes pay, and the cheapest design that will do
failscape inject my-service.yaml --scenario aws-us-east-1-2021-12-07   # a past outage on your designs: what users see
failscape drills models/drills.yaml -t hot-standby --trials 1000       # how often to drill a standby that rots
failscape compare my-service.yaml --trials 2000 --gate 'active-active:availability>=99.9%'   # in a pull request: exit code 3 if missed

# From what there is
echo '[["web", "cart"], ["cart", "redis"]]' | failscape import - > imported.yaml   # also manifests, compose files, traces, Terraform
failscape fit models/data/gcp_incidents.csv --where severity=high      # an incident log: times and rates to paste into a model
failscape slo export my-service.yaml > slos.yaml                # the objectives as OpenSLO; `slo import` reads them

# Believe it
failscape verify C24 places                         # the program itself, against systems with known answers; all without names
failscape verify --print c24-lognormal > pair.yaml
failscape exact pair.yaml                           # no sampling: two regions with failover (and why not, where it cannot)
