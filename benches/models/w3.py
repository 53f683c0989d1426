"""Writes w3.yaml, the graph of workload W3, beside this file: `python3 w3.py`. Python 3 and nothing else.

1000 services in 20 layers: s0 alone in layer 0, the others spread over layers 1 to 19. s0 calls 20 services, every
other one (but those of the last layer) 1 to 3, of the next layer or, one time in four, of the layer after it. The
generator has a fixed seed and its own random numbers, so that any language can write the same file byte for byte.
"""
import pathlib

SERVICES, LAYERS, SEED = 1000, 20, 20261122

HEAD = """\
# Workload W3: 1000 services on three regions of three zones, three replicas in each zone. Written by w3.py.
#
# Only replicas fail. A service is up in a region iff all nine of its replicas there are (needs: 9), and the system is up
# iff every service in the closure of s0 (706 of the 1000) is up in at least one region.
#
# Said in this language: with `cross_region_calls` a required call is met by the callee in any region, so
#     up(s, r)     iff  the replicas of s in r are up, and each callee of s is up in some region;
#     up anywhere  iff  the replicas of s are up in some region, and each callee of s is up in some region,
# which, unfolded from s0, is the system above. But s0 itself is then down in a region where one of its own replicas is,
# and traffic sent there would be lost until it is moved. Hence `entry`: it is logic only, up in every region as soon as
# s0 is up in any. It is up everywhere or nowhere, so splits and rerouting do not matter: success is 1 or 0, and traffic
# has never a reason to move.
#
# 27,000 components, 236,450 events a trial. Interval unavailability 8.01081995e-06 (closed form: the 706 services are
# independent, and each is down with probability q(t)^3, q(t) = 1 - (1 - p(t))^9 and p(t) that of one replica).
model: w3
horizon: 1y
regions:
  r1: { zones: [a, b, c] }
  r2: { zones: [a, b, c] }
  r3: { zones: [a, b, c] }
faults:
  replica: { hits: replica, mtbf: 2000h, mttr: 30m }
topologies:
  three-regions:
    pattern: active-active
    regions: [r1, r2, r3]
    cross_region_calls: true
journeys:
  all: { entry: entry, share: 100% }
services:
  entry: { replicas: 0, calls: [s0] }
"""


def edges():
    """The calls as pairs (caller, callee), sorted."""
    state = SEED

    def below(n):
        """A number below n: 64-bit linear congruential generator with Knuth's constants, its top 31 bits."""
        nonlocal state
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (state >> 33) % n

    layer = [0] + [1 + (i - 1) * (LAYERS - 1) // (SERVICES - 1) for i in range(1, SERVICES)]
    members = {}
    for service, its_layer in enumerate(layer):
        members.setdefault(its_layer, []).append(service)
    found = set()
    for service, its_layer in enumerate(layer):
        if its_layer == LAYERS - 1:
            continue
        for _ in range(20 if service == 0 else 1 + below(3)):
            skips = below(4) == 0
            callees = members[min(LAYERS - 1, its_layer + (2 if skips else 1))]
            found.add((service, callees[below(len(callees))]))
    return sorted(found)


def main():
    calls = {}
    for caller, callee in edges():
        calls.setdefault(caller, []).append(f"s{callee}")
    lines = []
    for service in range(SERVICES):
        its_calls = f", calls: [{', '.join(calls[service])}]" if service in calls else ""
        lines.append(f"  s{service}: {{ replicas: 9, needs: 9{its_calls} }}\n")
    pathlib.Path(__file__).with_name("w3.yaml").write_text(HEAD + "".join(lines))


main()
