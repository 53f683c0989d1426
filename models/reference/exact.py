"""Writes the models of this folder and expected.json with their reference values: `python3 exact.py`.

Python 3 and nothing else; about ten seconds. Nothing here simulates. Each answer is a closed form, the steady state of
a small Markov chain solved by elimination, or a series, and says so in its `source`. README.md says how they are used.

Notation: q(t) is the chance that a component is down at t when it was new at 0. For exponential times
    q(t) = lambda / (lambda + mu) * (1 - exp(-(lambda + mu) t)),
and the interval unavailability of a system of independent components is the mean over the horizon of the chance that it
is down at t. Hours throughout.
"""
import json
import math
import pathlib

HERE = pathlib.Path(__file__).parent
LEVEL = 0.9999          # of the intervals that must hold the exact value
Z = 3.891               # its normal quantile
YEAR = 8760.0
SYSTEMS = []
CASES = []


# ---- arithmetic -----------------------------------------------------------------------------------------------------

def eliminate(matrix):
    """Solution of linear equations whose last column is the right side, by elimination with pivoting."""
    n = len(matrix)
    for col in range(n):
        pivot = max(range(col, n), key=lambda row: abs(matrix[row][col]))
        matrix[col], matrix[pivot] = matrix[pivot], matrix[col]
        for row in range(n):
            if row != col and matrix[row][col] != 0.0:
                factor = matrix[row][col] / matrix[col][col]
                matrix[row] = [a - factor * b for a, b in zip(matrix[row], matrix[col])]
    return [matrix[i][-1] / matrix[i][i] for i in range(n)]


def steady_state(n_states, rates):
    """Stationary distribution of the Markov chain with `rates[(i, j)]`."""
    matrix = [[0.0] * (n_states + 1) for _ in range(n_states)]
    for (i, j), rate in rates.items():      # row j: flow into j minus flow out of j = 0
        matrix[j][i] += rate
        matrix[i][i] -= rate
    matrix[-1] = [1.0] * (n_states + 1)     # the last balance follows from the others: replaced by sum = 1
    return eliminate(matrix)


def first_passage(n_states, rates):
    """Mean time of the chain from state 0 until it leaves the states 0 to n_states - 1."""
    matrix = [[0.0] * n_states + [1.0] for _ in range(n_states)]
    for (i, j), rate in rates.items():      # row i: exit rate x mean time - sum of rates x mean times there = 1
        if i < n_states:
            matrix[i][i] += rate
            if j < n_states:
                matrix[i][j] -= rate
    return eliminate(matrix)[0]


def down_at(t, mtbf, mttr):
    """q(t) of a component with exponential times; its limit for t = None."""
    limit = mttr / (mtbf + mttr)
    return limit if t is None else limit * -math.expm1(-(1 / mtbf + 1 / mttr) * t)


def mean_over(horizon, f, settled):
    """Mean of f(t) over [0, horizon], f being constant after `settled`: Simpson's rule with 20,000 steps."""
    end, steps = min(settled, horizon), 20000
    step = end / steps
    total = sum((1 if i in (0, steps) else 4 if i % 2 else 2) * f(i * step) for i in range(steps + 1)) * step / 3
    return (total + (horizon - end) * f(None)) / horizon if horizon > end else total / horizon


def fewer_than(k, zones, q_replica, q_zone):
    """Chance that fewer than k replicas are usable, `zones` being the numbers of replicas in each zone."""
    usable = [1.0]
    for count in zones:
        here = [(1 - q_zone) * math.comb(count, i) * (1 - q_replica) ** i * q_replica ** (count - i)
                for i in range(count + 1)]
        here[0] += q_zone
        both = [0.0] * (len(usable) + count)
        for i, a in enumerate(usable):
            for j, b in enumerate(here):
                both[i + j] += a * b
        usable = both
    return sum(usable[:k])


def lognormal(mean, cv):
    """mu and sigma of the logarithm."""
    variance = math.log1p(cv * cv)
    return math.log(mean) - variance / 2, math.sqrt(variance)


def lognormal_cdf(x, mu, sigma):
    return 0.5 * math.erfc(-(math.log(x) - mu) / (sigma * math.sqrt(2))) if x > 0 else 0.0


# ---- writing --------------------------------------------------------------------------------------------------------

def system(key, title, cite, source):
    """The system that the next cases belong to: `cite` is its source in a few words, `source` in full."""
    SYSTEMS.append({"id": key, "title": title, "cite": cite, "source": source})


def case(name, words, text, topology, trials, checks, seed=1):
    """One model and what is known of it. `words` becomes the comment at its head."""
    comment = "".join(f"# {line}\n" for line in words.strip().splitlines())
    body = "\n".join(line[4:] if line.startswith("    ") else line for line in text.strip("\n").splitlines())
    (HERE / f"{name}.yaml").write_text(f"{comment}model: {name}\n{body}\n")
    CASES.append({"system": SYSTEMS[-1]["id"], "model": f"{name}.yaml", "topology": topology, "trials": trials,
                  "seed": seed, "checks": checks})


def check(figure, value, half_width, source, kind="recomputed", precision=1e-11, near=None):
    """A reference value with its relative precision, and the relative half-width that its interval may have at most.

    `near` is what the literature has for a system that the language states only nearly: its value, and why it differs."""
    made = {"figure": figure, "value": value, "precision": precision, "level": LEVEL,
            "half_width": round(half_width, 4), "source": source, "kind": kind}
    return made | {"near": {"value": near[0], "why": near[1]}} if near else made


def width(outages, spread=1.0):
    """Allowed relative half-width of a mean over `outages` independent lengths whose squared coefficient of variation
    is `spread`: half as much again as is expected."""
    return 1.5 * Z * math.sqrt((1 + spread) / outages)


def share_width(p, n):
    """The same for a share p among n."""
    return 1.5 * Z * math.sqrt((1 - p) / (p * n)) + 1.5 / (p * n)


# ---- C01: a cluster whose two halves a cut can part ------------------------------------------------------------------

def settle(rates, start):
    """Stationary distribution of a chain given by `rates(state)`, a list of (next state, rate): Gauss-Seidel sweeps over the
    balance equations until no share moves by more than 1e-14 of itself."""
    order, index = [start], {start: 0}
    incoming, leaving = [[]], []
    for state in order:
        total = 0.0
        for other, rate in rates(state):
            if other not in index:
                index[other] = len(order)
                order.append(other)
                incoming.append([])
            incoming[index[other]].append((index[state], rate))
            total += rate
        leaving.append(total)
    share = [1.0 / len(order)] * len(order)
    moved = 1.0
    while moved > 1e-14:
        moved = 0.0
        for i, flows in enumerate(incoming):
            new = math.fsum(share[j] * rate for j, rate in flows) / leaving[i]
            moved = max(moved, abs(new - share[i]) / new if new > 0 else 0.0)
            share[i] = new
        total = math.fsum(share)
        share = [one / total for one in share]
    return dict(zip(order, share))


def cluster_rates(n):
    """Chain of the cluster with n workstations on each side. A state is the numbers of failed workstations left and right, of
    failed switches left and right and of failed backbones, and the kind under repair or None. One repair unit: while it is
    free, an inspection of rate 10 races for each kind with something failed; the winner is repaired."""
    count, fail = (n, n, 1, 1, 1), (1 / 500, 1 / 500, 1 / 4000, 1 / 4000, 1 / 5000)
    repair = (2.0, 2.0, 0.25, 0.25, 0.125)

    def rates(state):
        failed, job = state
        found = []
        for kind in range(5):
            if failed[kind] < count[kind]:
                more = tuple(x + (i == kind) for i, x in enumerate(failed))
                found.append(((more, job), (count[kind] - failed[kind]) * fail[kind]))
            if job is None and failed[kind] > 0:
                found.append(((failed, kind), 10.0))
        if job is not None:
            less = tuple(x - (i == job) for i, x in enumerate(failed))
            found.append(((less, None), repair[job]))
        return found
    return rates


def workstation_cluster():
    """The workstation cluster of Haverkort, Hermanns and Katoen: q workstations on one side with its switch, or on both sides
    with both switches and the backbone. `premium` is q = n, `minimum` q = 3n/4."""
    system("C01", "workstation cluster: two switches, a backbone, one repair unit that inspects first", "Haverkort et al. (2000)",
           "Haverkort, Hermanns & Katoen, SRDS 2000, doi:10.1109/RELDI.2000.885410; values of the model checker Storm for n = 2 "
           "and 4: Quantitative Verification Benchmark Set, cluster")
    published = {2: 1 - 0.9999615335623628, 4: 1 - 0.9999212408513793}
    for n, trials in [(2, 2200), (4, 1500), (8, 2000), (16, 2600)]:
        rates = cluster_rates(n)
        shares = settle(rates, ((0,) * 5, None))
        for level, q in [("premium", n), ("minimum", 3 * n // 4)]:
            def up(state):
                (left, right, left_switch, right_switch, backbone), _ = state
                here, there = (n - left) * (1 - left_switch), (n - right) * (1 - right_switch)
                joined = not (left_switch or right_switch or backbone)
                return here >= q or there >= q or joined and here + there >= q
            unavailability = math.fsum(share for state, share in shares.items() if not up(state))
            frequency = math.fsum(share * rate for state, share in shares.items() if up(state)
                                  for other, rate in rates(state) if not up(other))
            if level == "premium" and n in published:
                assert abs(unavailability / published[n] - 1) < 1e-11, unavailability
            played = trials if level == "minimum" else trials // 8
            outages = frequency * played * 100 * YEAR
            kind = "published+recomputed" if level == "premium" and n in published else "recomputed"
            case(f"c01-{level}-{n}", f"""
Workstation cluster, {n} workstations on each side, of which {q} must work together. Each side hangs on its switch (a zone), a
backbone joins them (a link). One repair unit looks for what is broken before it repairs: an inspection races for each kind
of failure on each side.""", f"""
    horizon: 100y
    warm_up: 1y
    regions:
      cluster: {{ zones: [left, right] }}
    services:
      workstations: {{ replicas: {2 * n}, needs: {q} }}
    crews:
      repair-unit: {{ size: 1, order: random, dispatch: 6m }}
    faults:
      workstation: {{ hits: replica, mtbf: 500h, mttr: 30m, crew: repair-unit }}
      switch: {{ hits: zone, mtbf: 4000h, mttr: 4h, crew: repair-unit }}
      backbone: {{ hits: zone-link, mtbf: 5000h, mttr: 8h, crew: repair-unit }}
    topologies:
      cluster: {{ pattern: multi-az, regions: [cluster] }}
""", "cluster", played, [
                check("/unavailability", unavailability, width(outages, 2.0),
                      "Markov chain, steady state by Gauss-Seidel sweeps", kind=kind, precision=1e-10),
                check("/outages_per_year", frequency * YEAR, width(outages, 0.5),
                      "Markov chain, flow from up to down", precision=1e-10),
            ])


# ---- C05: k of n with repair crews ----------------------------------------------------------------------------------

def repair_crews():
    """Birth and death chain on the number of failed units i: up by (n - i) lambda, down by min(i, crews) mu."""
    system("C05", "k of n units with repair crews: the machine-repair model", "repyability",
           "parameter sets of PyPI repyability 0.15, tests/test_crew_chain.py (MIT)")
    for n, lam, mu, crews, k, order, horizon, warm_up, trials in [
        (3, 0.1, 0.5, 1, 1, "fifo", YEAR, 500, 1000),
        (3, 0.1, 0.5, 2, 1, "fifo", YEAR, 500, 2000),
        (4, 0.2, 0.5, 1, 2, "fifo", YEAR, 500, 500),
        (4, 0.2, 0.5, 1, 2, "random", YEAR, 500, 500),
        (5, 0.05, 1.0, 2, 3, "fifo", YEAR, 500, 2000),
        (6, 0.001, 1.0, 1, 4, "fifo", 100 * YEAR, 100, 12_000),
    ]:
        rates = {}
        for i in range(n):
            rates[(i, i + 1)] = (n - i) * lam
            rates[(i + 1, i)] = min(i + 1, crews) * mu
        p = steady_state(n + 1, rates)
        unavailability = sum(p[n - k + 1:])
        frequency = p[n - k] * k * lam       # per hour: with exactly k up, one of them fails
        outages = frequency * horizon * trials
        name = f"c05-{k}-of-{n}-{crews}-crew{'s' if crews > 1 else ''}{'' if order == 'fifo' else '-' + order}"
        case(name, f"""
{k} of {n} units with {crews} repair crew{'s' if crews > 1 else ''}: the machine-repair model. Failed units wait for a free member.""", f"""
    horizon: {horizon / YEAR:.0f}y
    warm_up: {warm_up}h
    regions:
      r1: {{ zones: [a] }}
    services:
      service: {{ replicas: {n}, needs: {k} }}
    crews:
      people: {{ size: {crews}, order: {order} }}
    faults:
      failure: {{ hits: replica, mtbf: {1 / lam:.0f}h, mttr: {1 / mu:.0f}h, crew: people }}
    topologies:
      one: {{ pattern: single-az, regions: [r1] }}
""", "one", trials, [
            check("/unavailability", unavailability, width(outages, 1.5),
                  "birth and death chain, steady state"),
            check("/outages_per_year", frequency * YEAR, width(outages, 0.5),
                  "birth and death chain, failure frequency"),
        ])


# ---- C11: beta factor -----------------------------------------------------------------------------------------------

def beta_factor():
    """Chain on the number of failed units: (n - i)(1 - b) lambda up by one, b lambda to all failed, i mu down."""
    system("C11", "k of n with common causes: a beta-factor shock", "Fleming 1974",
           "K. N. Fleming, beta-factor model (1974); Rausand & Hoyland, System Reliability Theory, ch. 6")
    lam, mu, trials = 1e-3, 0.1, 100_000
    for n, k in [(3, 2), (2, 1)]:
        for percent in [0, 5, 10, 20]:
            beta = percent / 100
            alone = 1000 / (1 - beta)
            rates = {}
            for i in range(n):
                rates[(i, i + 1)] = (n - i) / alone
                rates[(i + 1, i)] = (i + 1) * mu
            for i in range(n):
                rates[(i, n)] = rates.get((i, n), 0.0) + beta * lam
            p = steady_state(n + 1, rates)
            unavailability = sum(p[n - k + 1:])
            frequency = p[n - k] * k / alone + sum(p[:n - k + 1]) * beta * lam
            shock = "" if beta == 0 else f"""
      shock:   {{ hits: service-in-region, mtbf: {1000 * 100 // percent}h, mttr: 10h, strikes: replicas }}"""
            case(f"c11-{k}-of-{n}-beta-{percent}", f"""
{k} of {n} with a common cause: {percent} % of the failure rate of 1e-3/h comes as a shock that strikes every unit that is up.
Each is repaired by itself.""", f"""
    horizon: 1y
    warm_up: 200h
    regions:
      r1: {{ zones: [a] }}
    services:
      service: {{ replicas: {n}, needs: {k} }}
    faults:
      failure: {{ hits: replica, mtbf: {alone!r}h, mttr: 10h }}{shock}
    topologies:
      one: {{ pattern: single-az, regions: [r1] }}
""", "one", trials, [
                check("/unavailability", unavailability, width(frequency * YEAR * trials),
                      "Markov chain on the number of failed units, steady state"),
                check("/outages_per_year", frequency * YEAR, width(frequency * YEAR * trials, 0.2),
                      "the same chain, failure frequency"),
                check("/first_outage_hours", first_passage(n - k + 1, rates), 0.1, "the same chain, first passage"),
            ])


# ---- C14: composition of service levels -----------------------------------------------------------------------------

def availability_products():
    """A = mtbf / (mtbf + mttr) with mttr = 1 h gives mtbf = A / (1 - A) hours."""
    system("C14", "service levels multiplied along a chain, in one and in two regions", "Azure",
           "Azure/reliable-web-app-pattern-dotnet, assets/sla-calculation.md (MIT); unavailability is 1 - the product there")
    source = "product of availabilities"
    mtbf = {"0.9999": 9999, "0.9995": 1999, "0.999": 999, "0.99995": 19999}

    def product(parts):
        return math.prod(float(a) for a in parts)

    development = "0.9999 0.9999 0.9995 0.999 0.99995 0.999 0.9999 0.999".split()
    externals = "\n".join(f"      part-{i}: {{ external: true, mtbf: {mtbf[a]}h, mttr: 1h }}"
                          for i, a in enumerate(development, 1))
    case("c14-development", "Eight services in series, each with the availability of its service level agreement.", f"""
    horizon: 1y
    warm_up: 100h
    regions:
      r1: {{ zones: [a] }}
    services:
      app: {{ replicas: 0, calls: [{', '.join(f'part-{i}' for i in range(1, 9))}] }}
{externals}
    faults: {{}}
    topologies:
      one: {{ pattern: single-az, regions: [r1] }}
""", "one", 20_000, [check("/unavailability", 1 - product(development), width(33 * 20_000), source,
                           "published+recomputed")])

    region = "0.9999 0.9995 0.9999 0.999 0.9999 0.99995 0.9999 0.999 0.9999 0.9999 0.9999 0.999 0.9999".split()
    shared = ["0.9999", "0.9999"]
    names = [f"part-{i}" for i in range(1, 14)]
    services = "\n".join(f"      {name}: {{}}" for name in names)
    faults = "\n".join(
        f"      down-{a[2:]}: {{ hits: service-in-region, mtbf: {mtbf[a]}h, mttr: 1h, services: "
        f"[{', '.join(n for n, b in zip(names, region) if a == b)}] }}" for a in mtbf)
    common = f"""
    services:
      app: {{ replicas: 0, calls: [front-door, identity, stack] }}
      stack: {{ replicas: 0, calls: [{', '.join(names)}] }}
      front-door: {{ external: true, mtbf: 9999h, mttr: 1h }}      # shared by the regions: down once, down for both
      identity:   {{ external: true, mtbf: 9999h, mttr: 1h }}
{services}
    journeys:
      all: {{ entry: app }}
    faults:
{faults}"""
    case("c14-single-region", "Thirteen services of a region and two shared ones in series.", f"""
    horizon: 1y
    warm_up: 100h
    regions:
      r1: {{ zones: [a] }}{common}
    topologies:
      one: {{ pattern: single-az, regions: [r1] }}
""", "one", 20_000, [check("/unavailability", 1 - product(region) * product(shared), width(38 * 20_000), source,
                           "published+recomputed")])
    two = 1 - product(shared) * (1 - (1 - product(region)) ** 2)
    case("c14-two-regions", """
The thirteen in each of two regions, either of which suffices, and the two shared ones once. Traffic moves at once.""", f"""
    horizon: 1y
    warm_up: 100h
    regions:
      r1: {{ zones: [a] }}
      r2: {{ zones: [a] }}{common}
    topologies:
      two: {{ pattern: active-active, regions: [r1, r2] }}
    failover: {{ detect: {{ fixed: 0s }}, reroute: {{ fixed: 0s }} }}
""", "two", 100_000, [check("/unavailability", two, width(1.75 * 100_000), source +
                            "; the document multiplies rounded figures: 99.9779 %", "published+recomputed")])


# ---- C19: cold standby with general repair --------------------------------------------------------------------------

def cold_standby():
    """A = 1 / (lambda E[R] + g), MTTFF = 1/lambda + 1 / (lambda (1 - g)), g = E exp(-lambda R) of the repair time R."""
    system("C19", "cold standby pair, one crew, six laws of repair", "Gnedenko et al.",
           "Gnedenko, Belyayev & Solovyev, Mathematical Methods of Reliability Theory (1969), standby with renewal; "
           "Barlow & Proschan, Statistical Theory of Reliability and Life Testing (1975)")
    lam, mean, trials, horizon = 1e-3, 50.0, 10_000, 20 * YEAR

    def integral(f, low, high, steps=40_000):                # Simpson's rule
        step = (high - low) / steps
        return sum((1 if i in (0, steps) else 4 if i % 2 else 2) * f(low + i * step) for i in range(steps + 1)) * step / 3

    def weibull(shape):                                      # over v = (t / scale)^shape, or t / scale where that is smooth
        scale = lam * mean / math.gamma(1 + 1 / shape)
        if shape < 1:
            return integral(lambda v: math.exp(-scale * v ** (1 / shape) - v), 0.0, 60.0)
        return integral(lambda w: shape * w ** (shape - 1) * math.exp(-scale * w - w**shape), 0.0, 5.0)

    mu, sigma = lognormal(mean, 2.0)
    normal = integral(lambda z: math.exp(-lam * math.exp(mu + sigma * z) - z * z / 2), -12.0, 12.0)
    for law, text, g, spread in [
        ("exponential", "50h", 1 / (1 + lam * mean), 1.0),
        ("fixed", "{ fixed: 50h }", math.exp(-lam * mean), 0.0),
        ("erlang", "{ erlang: { stages: 2, mean: 50h } }", (1 + lam * mean / 2) ** -2, 0.5),
        ("lognormal", "{ lognormal: { mean: 50h, cv: 2 } }", normal / math.sqrt(2 * math.pi), 4.0),
        ("weibull-0.5", "{ weibull: { shape: 0.5, mean: 50h } }", weibull(0.5), 5.0),
        ("weibull-3", "{ weibull: { shape: 3, mean: 50h } }", weibull(3.0), 0.14),
    ]:
        frequency = lam * (1 - g) / (lam * mean + g)         # a failure every lambda E[R] + g of 1/lambda, 1 - g of them fatal
        outages = frequency * horizon * trials
        case(f"c19-{law}", f"""
A unit and its cold standby, which cannot fail; switching takes no time. One crew repairs; repair {law} with mean 50 h.""", f"""
    horizon: 20y
    warm_up: 5000h
    regions:
      r1: {{ zones: [a] }}
    services:
      unit: {{ replicas: 2, takeover: {{ fixed: 0s }}, dormancy: 0% }}
    crews:
      people: {{ size: 1 }}
    faults:
      failure: {{ hits: replica, mtbf: 1000h, mttr: {text}, crew: people }}
    topologies:
      one: {{ pattern: single-az, regions: [r1] }}
""", "one", trials, [
            check("/unavailability", 1 - 1 / (lam * mean + g), width(outages, 2 * spread + 2),
                  "renewal argument with the Laplace transform of the repair time", precision=1e-10),
            check("/first_outage_hours", 1 / lam + 1 / (lam * (1 - g)), 0.1,
                  "the same: 1/lambda + 1/(lambda (1 - g))", precision=1e-10),
        ])


# ---- C21: detection and coverage ------------------------------------------------------------------------------------

def detection_and_coverage():
    """Two hot units, one crew. After the loss of one of two, with chance p_i, the service is down for an exponential
    time of mean m_i. States (usable units, i), i = 0 for none. In the book repair stands still meanwhile, and the loss of
    the second unit ends the interval; a `takeover` lets repair go on, and runs to its end."""
    system("C21", "two units: detection delay and imperfect coverage", "Trivedi 2002",
           "K. S. Trivedi, Probability and Statistics with Reliability, Queuing, and Computer Science Applications, 2nd ed., "
           "section 8.3.1, with numbers of our own")
    lam, mu, trials, horizon = 1e-3, 0.25, 2000, 100 * YEAR

    def chain(intervals, crews, as_in_book):
        waits = len(intervals) + 1
        state = lambda up, i: up * waits + i
        rates = {}

        def go(a, b, rate):
            rates[(a, b)] = rates.get((a, b), 0.0) + rate

        covered = 1 - sum(p for p, _ in intervals)
        for i in range(waits):
            moves = i == 0 or not as_in_book
            if moves:
                go(state(0, i), state(1, i), mu * min(2, crews))
                go(state(1, i), state(2, i), mu)
            go(state(1, i), state(0, i if moves else 0), lam)
            if i > 0:
                go(state(2, i), state(1, i), 2 * lam)
                for up in range(3):
                    go(state(up, i), state(up, 0), 1 / intervals[i - 1][1])
                go(state(2, 0), state(1, i), 2 * lam * intervals[i - 1][0])
        go(state(2, 0), state(1, 0), 2 * lam * covered)
        p = steady_state(3 * waits, rates)
        is_down = [up == 0 or i > 0 for up in range(3) for i in range(waits)]
        down = sum(share for share, is_one in zip(p, is_down) if is_one)
        begin = sum(p[a] * rate for (a, b), rate in rates.items() if is_down[b] and not is_down[a])
        return down * 525_600, begin * YEAR

    seconds, minutes = 30 / 3600, 5 / 60
    why = ("in the book repair stands still while the loss is detected or the system reboots, and the loss of the second "
           "unit ends that; a `takeover` with `takeover_on: any` lets repair go on, and runs to its end")
    for name, words, takeover, intervals, crews in [
        ("1-crew", "Two hot units of which one is needed, one repair crew.", "", [], 1),
        ("2-crews", "Two hot units of which one is needed, each repaired by itself.", "", [], 2),
        ("detection", "Two hot units, one crew. Every first loss costs 30 s of detection on average.",
         ", takeover: 30s, takeover_on: any", [(1.0, seconds)], 1),
        ("coverage", "Two hot units, one crew. One loss in ten is not covered and costs a reboot of 5 min on average.",
         ", takeover_on: any, takeover: { mixture: [ { weight: 90%, of: { fixed: 0s } }, { weight: 10%, of: 5m } ] }",
         [(0.1, minutes)], 1),
        ("both", "Two hot units, one crew. Nine losses in ten cost 30 s of detection, the tenth a reboot of 5 min.",
         ", takeover_on: any, takeover: { mixture: [ { weight: 90%, of: 30s }, { weight: 10%, of: 5m } ] }",
         [(0.9, seconds), (0.1, minutes)], 1),
    ]:
        downtime, outages = chain(intervals, crews, as_in_book=False)
        book = [(value, why) if intervals else None for value in chain(intervals, crews, as_in_book=True)]
        n = outages / YEAR * horizon * trials
        crew = ", crew: people" if crews == 1 else ""
        people = "\n    crews:\n      people: { size: 1 }" if crews == 1 else ""
        case(f"c21-{name}", words, f"""
    horizon: 100y
    warm_up: 100h
    regions:
      r1: {{ zones: [a] }}
    services:
      unit: {{ replicas: 2{takeover} }}{people}
    faults:
      failure: {{ hits: replica, mtbf: 1000h, mttr: 4h{crew} }}
    topologies:
      one: {{ pattern: single-az, regions: [r1] }}
""", "one", trials, [
            check("/downtime_minutes_per_year", downtime, 0.1, "Markov chain, steady state", near=book[0]),
            check("/outages_per_year", outages, 0.1, "the same chain, failure frequency", near=book[1]),
        ])


# ---- C24: failover of one pair --------------------------------------------------------------------------------------

def failover():
    """Renewal-reward over a cycle of 2000 h up and 2 h of repair R: an outage lasts min(R, 180 s) with 95 %, else R."""
    system("C24", "active-passive pair: failover of 180 s that works 19 times in 20", "renewal-reward",
           "renewal-reward over a cycle of 2002 h, derived for this program; nothing published")
    delay, success, mean, trials = 180 / 3600, 0.95, 2.0, 100_000
    mu, sigma = lognormal(mean, 1.5)

    def integral_of_survival(end, steps=2000):               # E min(R, end) for the lognormal, Simpson
        step = end / steps
        return sum((1 if i in (0, steps) else 4 if i % 2 else 2) * (1 - lognormal_cdf(i * step, mu, sigma))
                   for i in range(steps + 1)) * step / 3

    for law, text, shorter, longer_5, second_moment in [
        ("exponential", "2h", mean * -math.expm1(-delay / mean), math.exp(-(5 / 60) / mean), 2 * mean**2),
        ("lognormal", "{ lognormal: { mean: 2h, cv: 1.5 } }", integral_of_survival(delay),
         1 - lognormal_cdf(5 / 60, mu, sigma), mean**2 * 3.25),
        ("fixed", "{ fixed: 2h }", delay, 1.0, mean**2),
    ]:
        outage = success * shorter + (1 - success) * mean
        spread = (1 - success) * second_moment / outage**2
        n = trials * YEAR / 2002
        over = (1 - success) * longer_5
        source = "renewal-reward over a cycle of 2002 h"
        case(f"c24-{law}", f"""
A primary with a standby that never fails: 180 s to fail over, which succeeds with 95 % and is tried once; the primary
serves again the instant it is repaired. Repair {law} with mean 2 h.""", f"""
    horizon: 1y
    warm_up: 200h
    regions:
      primary: {{ zones: [a] }}
      standby: {{ zones: [a] }}
    services:
      service: {{ replicas: 1 }}
    faults:
      loss: {{ hits: region, regions: [primary], mtbf: 2000h, mttr: {text} }}
    topologies:
      pair: {{ pattern: hot-standby, regions: [primary, standby] }}
    failover:
      detect: {{ fixed: 60s }}
      activate: {{ fixed: 100s }}
      reroute: {{ fixed: 20s }}
      success: 95%
      retry: never
      failback: {{ wait: 0s, takes: 0s }}
    objectives: {{ rto: 5m }}
""", "pair", trials, [
            check("/unavailability", outage / 2002, width(n, spread), source, "derived"),
            check("/outages_per_year", YEAR / 2002, width(n, 0), source, "derived"),
            check("/outage_minutes", 60 * outage, width(n, spread), source, "derived"),
            check("/rto_met", 1 - over, share_width(1 - over, n), source + ": P(an outage lasts at most 5 min)",
                  "derived"),
        ])


# ---- C26: the distribution of the yearly downtime -------------------------------------------------------------------

def downtime_distribution():
    """Takacs 1957: P(D <= x) = sum over n of Poisson(n; (T - x) / 3600 h) H_n(x), H_n the n-fold repair convolution."""
    system("C26", "the distribution of the yearly downtime of one unit", "Takacs 1957",
           "L. Takacs, Acta Math. Acad. Sci. Hung. 8 (1957) 169-191; MTBF and MTTR of the AWS Reliability Pillar's example")
    horizon, up, n_max = 8766.0, 3600.0, 26
    step = 0.0025
    points = int(9 / step)
    mu, sigma = lognormal(1.0, 2.0)

    def erlang_cdf(x, stages, rate):
        term, total = 1.0, 1.0
        for i in range(1, stages):
            term *= rate * x / i
            total += term
        return 1 - math.exp(-rate * x) * total if stages else 1.0

    def bisect(f, low, high):                                # f falls and has its root between them
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (middle, high) if f(middle) > 0 else (low, middle)
        return (low + high) / 2

    def exceedance(x, fold):
        mean = (horizon - x) / up
        return 1 - sum(math.exp(-mean) * mean**n / math.factorial(n) * (fold(n, x) if n else 1.0)
                       for n in range(n_max))

    # Lognormal: H_{n+1}(x) = integral of H_n(x - y) dF(y), F in cells of `step`, H_n at the middle of each cell.
    cells = [lognormal_cdf((i + 1) * step, mu, sigma) - lognormal_cdf(i * step, mu, sigma) for i in range(points)]
    folds = {1: [lognormal_cdf(i * step, mu, sigma) for i in range(points + 1)]}
    wanted = [0, 15, 52.56, 60, 120, 240, 525.6]
    for n in range(2, 17):          # beyond sixteen failures a year the weight is below 1e-9
        last = folds[n - 1]
        middle = [(last[i] + last[i + 1]) / 2 for i in range(points)]
        now = [0.0] * (points + 1)
        for i in range(0, points + 1):
            now[i] = sum(map(float.__mul__, cells[:i], reversed(middle[:i])))
        folds[n] = now

    def lognormal_fold(n, x):
        if n > 16:
            return 0.0
        at = x / step
        i = int(at)
        return folds[n][i] + (at - i) * (folds[n][i + 1] - folds[n][i])

    laws = [
        ("exponential", "1h", lambda n, x: erlang_cdf(x, n, 1.0), "series"),
        ("erlang", "{ erlang: { stages: 2, mean: 1h } }", lambda n, x: erlang_cdf(x, 2 * n, 2.0), "series"),
        ("fixed", "{ fixed: 1h }", lambda n, x: 1.0 if n <= x else 0.0, "series"),
        ("lognormal", "{ lognormal: { mean: 1h, cv: 2 } }", lognormal_fold, "series with numerical convolution"),
    ]
    for law, text, fold, how in laws:
        trials = 600_000 if law == "fixed" else 200_000      # more than eight outages of an hour are rare
        precision = 1e-6 if law == "lognormal" else 1e-11
        checks = []
        for minutes in wanted:
            x = minutes / 525_600 * horizon                  # the yearly scale of `exceedance`
            p = exceedance(x, fold)
            checks.append(check(f"/exceedance/minutes={minutes:g}", p, share_width(p, trials),
                                f"Takacs 1957, {how}, at {x:.6g} h in 8766 h", precision=precision))
        if law != "fixed":                                   # whose points are whole hours, with weight
            p95 = bisect(lambda x: exceedance(x, fold) - 0.05, 0.0, 8.9)
            checks.append(check("/downtime_minutes_per_year/p95", p95 / horizon * 525_600, 0.05,
                                f"Takacs 1957, {how}, inverted", precision=10 * precision))
        if law == "exponential":
            rate = 1 + 1 / up
            mean = (1 / up) / rate * (1 - -math.expm1(-rate * horizon) / (rate * horizon))
            checks.append(check("/unavailability", mean, width(trials * horizon / up), "closed form"))
        case(f"c26-{law}", f"""
One unit, up for 3600 h on average, repair {law} with mean 1 h: the whole distribution of the yearly downtime.""", f"""
    horizon: 8766h
    regions:
      r1: {{ zones: [a] }}
    services:
      unit: {{ replicas: 1 }}
    faults:
      failure: {{ hits: replica, mtbf: 3600h, mttr: {text} }}
    topologies:
      one: {{ pattern: single-az, regions: [r1] }}
""", "one", trials, checks)


# ---- places ---------------------------------------------------------------------------------------------------------

def places():
    """k of n over zones, under regions and under faults of everything, from all up at 0: independent components."""
    independent = "independent exponential components, mean over the horizon of the chance to be down"
    system("places", "k of n over zones and regions, shared faults counted once", "independent units",
           "probabilities of independent components, derived for this program")
    three = "    regions:\n      r1: { zones: [a, b, c] }\n"
    two = "    regions:\n      r1: { zones: [a, b] }\n"

    w1 = mean_over(YEAR, lambda t: fewer_than(2, [1, 1, 1], down_at(t, 1000, 1), down_at(t, YEAR, 2)), 120)
    case("zones-2-of-3", "Two of three replicas, one in each zone: the workload W1 of the benchmarks, `needs` in percent.", f"""
    horizon: 1y
{three}    services:
      service: {{ replicas: 3, needs: "67%" }}
    faults:
      replica: {{ hits: replica, mtbf: 1000h, mttr: 1h }}
      zone:    {{ hits: zone, mtbf: 8760h, mttr: 2h }}
    topologies:
      multi: {{ pattern: multi-az, regions: [r1] }}
""", "multi", 400_000, [check("/unavailability", w1, width(w1 * YEAR / 0.6 * 400_000), independent)])

    # The same three replicas in one zone: that zone's outage takes all of them.
    one = mean_over(YEAR, lambda t: fewer_than(2, [3], down_at(t, 1000, 1), down_at(t, YEAR, 2)), 120)
    case("zones-single", "The same three replicas in one zone: single-az puts all of them into the first.", f"""
    horizon: 1y
{three}    services:
      service: {{ replicas: 3, needs: 2 }}
    faults:
      replica: {{ hits: replica, mtbf: 1000h, mttr: 1h }}
      zone:    {{ hits: zone, mtbf: 8760h, mttr: 2h }}
    topologies:
      single: {{ pattern: single-az, regions: [r1] }}
""", "single", 100_000, [check("/unavailability", one, width(100_000), independent)])

    for needs in [2, 3]:
        value = mean_over(YEAR, lambda t: fewer_than(needs, [2, 2], down_at(t, 500, 5), down_at(t, 2000, 4)), 400)
        case(f"zones-{needs}-of-4", f"""
{needs} of four replicas, two in each of two zones: {'either zone suffices' if needs == 2 else 'the loss of either zone is an outage'}.""", f"""
    horizon: 1y
{two}    services:
      service: {{ replicas: 4, needs: {needs} }}
    faults:
      replica: {{ hits: replica, mtbf: 500h, mttr: 5h }}
      zone:    {{ hits: zone, mtbf: 2000h, mttr: 4h }}
    topologies:
      multi: {{ pattern: multi-az, regions: [r1] }}
""", "multi", 50_000, [check("/unavailability", value, width(value * YEAR / 4 * 50_000), independent)])

    # Five replicas over three zones are dealt 2, 2, 1.
    value = mean_over(YEAR, lambda t: fewer_than(3, [2, 2, 1], down_at(t, 500, 5), down_at(t, 2000, 4)), 400)
    case("zones-uneven", "Three of five replicas over three zones: dealt in turn, they lie 2, 2, 1. Zones fail as `service-in-zone`.", f"""
    horizon: 1y
{three}    services:
      service: {{ replicas: 5, needs: 3 }}
    faults:
      replica: {{ hits: replica, mtbf: 500h, mttr: 5h }}
      rack:    {{ hits: service-in-zone, mtbf: 2000h, mttr: 4h }}
    topologies:
      multi: {{ pattern: multi-az, regions: [r1] }}
""", "multi", 50_000, [check("/unavailability", value, width(value * YEAR / 3 * 50_000), independent)])

    value = mean_over(YEAR, lambda t: 1 - (1 - down_at(t, 3000, 3)) * (
        1 - fewer_than(2, [1, 1, 1], down_at(t, 500, 5), down_at(t, 2000, 4))), 400)
    case("region", "Two of three replicas over three zones in a region that fails as a whole.", f"""
    horizon: 1y
{three}    services:
      service: {{ replicas: 3, needs: 2 }}
    faults:
      replica: {{ hits: replica, mtbf: 500h, mttr: 5h }}
      zone:    {{ hits: zone, mtbf: 2000h, mttr: 4h }}
      region:  {{ hits: region, mtbf: 3000h, mttr: 3h }}
    topologies:
      multi: {{ pattern: multi-az, regions: [r1] }}
""", "multi", 50_000, [check("/unavailability", value, width(value * YEAR / 3 * 50_000), independent)])

    def two_regions(t):
        region = 1 - (1 - down_at(t, 1000, 10)) * (1 - down_at(t, 500, 5))
        return 1 - (1 - down_at(t, 8760, 2)) * (1 - down_at(t, 5000, 1)) * (1 - region**2)

    value = mean_over(YEAR, two_regions, 600)
    case("active-active", """
Two regions, either of which suffices; faults of the service and of everything are shared and count once. Traffic moves at
once, so the system is down iff both regions are, or a shared fault is active.""", """
    horizon: 1y
    regions:
      r1: { zones: [a] }
      r2: { zones: [a] }
    services:
      service: { replicas: 1 }
    faults:
      replica:    { hits: replica, mtbf: 500h, mttr: 5h }
      region:     { hits: region, mtbf: 1000h, mttr: 10h }
      everywhere: { hits: everywhere, mtbf: 8760h, mttr: 2h }
      config:     { hits: service, services: [service], mtbf: 5000h, mttr: 1h }
    topologies:
      both: { pattern: active-active, regions: [r1, r2] }
    failover: { detect: { fixed: 0s }, reroute: { fixed: 0s } }
""", "both", 100_000, [check("/unavailability", value, width(300_000, 2), independent)])

    # From new, over two days only: the horizon matters.
    system("horizons", "starting new, and long-run answers that depend on the means only", "renewal theory",
           "Cox, Renewal Theory (1962): closed form for exponential times, limits for all others")
    value = mean_over(48.0, lambda t: down_at(t, 50, 10), 48.0)
    case("short-horizon", "One unit over the first two days of its life: less than its steady state of 1/6, as it starts new.", """
    horizon: 48h
    regions:
      r1: { zones: [a] }
    services:
      unit: { replicas: 1 }
    faults:
      failure: { hits: replica, mtbf: 50h, mttr: 10h }
    topologies:
      one: { pattern: single-az, regions: [r1] }
""", "one", 400_000, [check("/unavailability", value, width(200_000), "closed form, mean of q(t)")])

    # Limits of alternating renewal processes depend on the means only.
    q = 8 / 108
    value = 3 * q**2 * (1 - q) + q**3
    case("insensitive", """
Two of three units with Weibull lives and lognormal repairs: in the long run each is down for mttr / (mtbf + mttr) of the
time, whatever the distributions.""", """
    horizon: 5y
    warm_up: 1y
    regions:
      r1: { zones: [a] }
    services:
      service: { replicas: 3, needs: 2 }
    faults:
      failure:
        hits: replica
        mtbf: { weibull: { shape: 1.5, mean: 100h } }
        mttr: { lognormal: { mean: 8h, cv: 1.5 } }
    topologies:
      one: { pattern: single-az, regions: [r1] }
""", "one", 2000, [check("/unavailability", value, width(value * 43800 / 6 * 2000, 3),
                         "binomial of the limiting availabilities")])

    q = 10 / 110
    value = 1 - (1 - q) ** 2
    case("insensitive-gamma", "Two units in series with gamma lives and Weibull repairs; the mixture and the triangle are repairs of mean 10 h too.", """
    horizon: 5y
    warm_up: 1y
    regions:
      r1: { zones: [a] }
    services:
      front: { replicas: 1, calls: [back] }
      back:  { replicas: 1 }
    faults:
      front-failure:
        hits: replica
        services: [front]
        mtbf: { gamma: { shape: 3, mean: 100h } }
        mttr: { mixture: [ { weight: 75%, of: 2h }, { weight: 25%, of: { weibull: { shape: 0.8, mean: 34h } } } ] }
      back-failure:
        hits: replica
        services: [back]
        mtbf: { erlang: { stages: 2, mean: 100h } }
        mttr: { triangular: { low: 1h, mode: 5h, high: 24h } }
    topologies:
      one: { pattern: single-az, regions: [r1] }
""", "one", 2000, [check("/unavailability", value, width(2 * 400 * 2000, 4), "product of the limiting availabilities")])


# ---- calls ----------------------------------------------------------------------------------------------------------

def calls():
    system("calls", "what a call means: shared, any, quorum, external, across regions", "independent units",
           "probabilities of independent components, derived for this program")
    independent = "independent exponential components, mean over the horizon of the chance to be down"

    value = mean_over(YEAR, lambda t: 1 - (1 - down_at(t, 1000, 2)) ** 4, 200)
    case("diamond", """
front calls left and right, both call store, and front calls store too: store counts once. What is optional or asynchronous
does not count at all.""", """
    horizon: 1y
    regions:
      r1: { zones: [a] }
    services:
      front: { calls: [left, right, store, { service: hints, kind: optional }, { service: mail, kind: async }] }
      left:  { calls: [store] }
      right: { calls: [store] }
      store: {}
      hints: {}
      mail:  { calls: [hints] }
    journeys:
      all: { entry: front, share: 100% }
    faults:
      failure: { hits: replica, mtbf: 1000h, mttr: 2h }
    topologies:
      one: { pattern: single-az, regions: [r1] }
""", "one", 50_000, [check("/unavailability", value, width(35 * 50_000), independent)])

    def two_of_three(t):
        a, b, c = down_at(t, 100, 5), down_at(t, 200, 4), down_at(t, 400, 20)
        return a * b + a * c + b * c - 2 * a * b * c

    value = mean_over(YEAR, two_of_three, 1200)
    case("at-least", "A quorum of two among three different services.", """
    horizon: 1y
    regions:
      r1: { zones: [a] }
    services:
      quorum: { replicas: 0, calls: [{ at_least: 2, of: [s1, s2, s3] }] }
      s1: {}
      s2: {}
      s3: {}
    journeys:
      all: { entry: quorum, share: 100% }
    faults:
      f1: { hits: replica, services: [s1], mtbf: 100h, mttr: 5h }
      f2: { hits: replica, services: [s2], mtbf: 200h, mttr: 4h }
      f3: { hits: replica, services: [s3], mtbf: 400h, mttr: 20h }
    topologies:
      one: { pattern: single-az, regions: [r1] }
""", "one", 20_000, [check("/unavailability", value, width(7 * 20_000), independent)])

    value = mean_over(YEAR, lambda t: 1 - (1 - down_at(t, 2000, 1)) * (
        1 - down_at(t, 500, 10) * down_at(t, 300, 6)), 600)
    case("any", "Either of two payment providers suffices, and a service of ours is needed in any case.", """
    horizon: 1y
    regions:
      r1: { zones: [a] }
    services:
      shop: { calls: [{ any: [first, second] }] }
      first:  { external: true, mtbf: 500h, mttr: 10h }
      second: { external: true, mtbf: 300h, mttr: 6h }
    journeys:
      all: { entry: shop, share: 100% }
    faults:
      failure: { hits: replica, mtbf: 2000h, mttr: 1h }
    topologies:
      one: { pattern: single-az, regions: [r1] }
""", "one", 100_000, [check("/unavailability", value, width(4.4 * 100_000, 3), independent)])

    value = mean_over(YEAR, lambda t: 1 - (1 - down_at(t, 1000, 3)) ** 2 * (1 - down_at(t, 4000, 1)), 300)
    case("external-in", """
A service in west calls an API that lives in east: the API's own failures, and the loss of either region, are outages. The
topology uses west only; east fails all the same.""", """
    horizon: 1y
    regions:
      east: { zones: [a] }
      west: { zones: [a] }
    services:
      shop: { calls: [api] }
      api:  { external: true, in: east, mtbf: 4000h, mttr: 1h }
    journeys:
      all: { entry: shop, share: 100% }
    faults:
      region: { hits: region, mtbf: 1000h, mttr: 3h }
    topologies:
      one: { pattern: single-az, regions: [west] }
""", "one", 50_000, [check("/unavailability", value, width(19 * 50_000), independent)])

    value = mean_over(YEAR, lambda t: 1 - (1 - down_at(t, 200, 5) ** 2) * (1 - down_at(t, 400, 8) ** 2), 500)
    case("cross-region-calls", """
front and store in two regions; a call may be answered by the other region, so the system is up iff either front and either
store are. `entry` is logic only and therefore up in both regions or in none.""", """
    horizon: 1y
    regions:
      r1: { zones: [a] }
      r2: { zones: [a] }
    services:
      entry: { replicas: 0, calls: [front] }
      front: { calls: [store] }
      store: {}
    journeys:
      all: { entry: entry, share: 100% }
    faults:
      front-failure: { hits: replica, services: [front], mtbf: 200h, mttr: 5h }
      store-failure: { hits: replica, services: [store], mtbf: 400h, mttr: 8h }
    topologies:
      both: { pattern: active-active, regions: [r1, r2], cross_region_calls: true }
""", "both", 50_000, [check("/unavailability", value, width(2.5 * 50_000), independent)])


# ---- takeovers and cascades -----------------------------------------------------------------------------------------

def takeovers():
    """Two replicas, exponential takeover of rate theta. States: 0 both up, 1 one up (it is the primary), 2 none up;
    3, 4, 5 the same during a takeover. A takeover that fails with 1 - p and is tried again has rate p theta."""
    system("takeovers", "one primary at a time, and failures that spread", "Markov chains",
           "small Markov chains, derived for this program")
    mtbf, mttr, takes, success, trials = 100.0, 5.0, 0.5, 0.8, 2000
    lam, mu, theta = 1 / mtbf, 1 / mttr, success / takes
    for trigger, on_loss in [("primary", 1), ("any", 2)]:
        rates = {(0, 4): on_loss * lam, (1, 0): mu, (1, 2): lam, (2, 1): 2 * mu,
                 (4, 1): theta, (4, 3): mu, (4, 5): lam, (3, 0): theta, (3, 4): 2 * lam, (5, 2): theta, (5, 4): 2 * mu}
        if trigger == "primary":
            rates[(0, 1)] = lam
        p = steady_state(6, rates)
        frequency = p[0] * on_loss * lam + p[1] * lam
        n = frequency * YEAR * trials
        source = "Markov chain with six states, steady state"
        case(f"takeover-{trigger}", f"""
A pair with one primary: the loss of {'the primary' if trigger == 'primary' else 'either'} costs a takeover of 30 min on average, which fails with 20 % and is repeated.""", f"""
    horizon: 1y
    warm_up: 200h
    regions:
      r1: {{ zones: [a] }}
    services:
      database: {{ replicas: 2, takeover: 30m, takeover_success: 80%, takeover_on: {trigger} }}
    faults:
      failure: {{ hits: replica, mtbf: 100h, mttr: 5h }}
    topologies:
      one: {{ pattern: single-az, regions: [r1] }}
""", "one", trials, [check("/unavailability", sum(p[2:]), width(n, 1.5), source),
                     check("/outages_per_year", frequency * YEAR, width(n, 0.2), source)])

    # Cascade: with probability p the failure of one of two takes the other too.
    chance = 0.3
    rates = {(0, 1): 2 * lam * (1 - chance), (0, 2): 2 * lam * chance, (1, 0): mu, (1, 2): lam, (2, 1): 2 * mu}
    p = steady_state(3, rates)
    frequency = p[0] * rates[(0, 2)] + p[1] * lam
    n = frequency * YEAR * trials
    case("spreads", "One of two replicas is needed; three failures in ten take the other replica of the zone with them.", """
    horizon: 1y
    warm_up: 200h
    regions:
      r1: { zones: [a] }
    services:
      service: { replicas: 2, needs: 1 }
    faults:
      failure: { hits: replica, mtbf: 100h, mttr: 5h, spreads: { to: zone, probability: 30% } }
    topologies:
      one: { pattern: single-az, regions: [r1] }
""", "one", trials, [check("/unavailability", p[2], width(n), "Markov chain with three states, steady state"),
                     check("/outages_per_year", frequency * YEAR, width(n, 0.2),
                           "Markov chain with three states, failure frequency")])


# ---- traffic that moves ---------------------------------------------------------------------------------------------

def moving_traffic():
    """One region fails, the others never: every loss costs the same, and renewal-reward gives the rest."""
    system("traffic", "traffic that moves, and what is lost meanwhile", "renewal-reward",
           "renewal-reward over a cycle of one failure and its repair, derived for this program")
    regions = """
    regions:
      r1: { zones: [a] }
      r2: { zones: [a] }"""
    trials = 50_000

    # Warm standby: 60 s nothing, then 30 % for 600 s, then all; the primary serves again the instant it is repaired.
    mean, t1, t2 = 2.0, 60 / 3600, 660 / 3600
    early = mean * -math.expm1(-t1 / mean)                    # E min(R, t1)
    late = mean * -math.expm1(-t2 / mean)                     # E min(R, t2)
    cycle = 1002.0
    n = trials * YEAR / cycle
    case("warm-standby", """
Detection 60 s; then the standby takes over at once with 30 % of its size, and 600 s later with all of it. Repair of the
primary is exponential with mean 2 h, and it serves again the instant it is repaired.""", f"""
    horizon: 1y
    warm_up: 100h{regions}
    services:
      service: {{ replicas: 10 }}
    journeys:
      all: {{ entry: service }}
    faults:
      loss: {{ hits: region, regions: [r1], mtbf: 1000h, mttr: 2h }}
    topologies:
      pair: {{ pattern: warm-standby, regions: [r1, r2], standby_scale: 30% }}
    failover:
      detect: {{ fixed: 60s }}
      activate: {{ fixed: 600s }}
      reroute: {{ fixed: 0s }}
      failback: {{ wait: 0s, takes: 0s }}
""", "pair", trials, [
        check("/unavailability", (early + 0.7 * (late - early)) / cycle, width(n, 0.2), "renewal-reward", "derived"),
        check("/journeys/all/time_unavailability", late / cycle, width(n, 0.2), "renewal-reward", "derived"),
    ])

    # Probes every 10 s, declared at the third failed one: uniform on 20 to 30 s. Traffic moves evenly over 60 s; a
    # journey is down until 95 % of it have moved, 57 s. Repair is 2 h, long after all of this.
    cycle = 1002.0
    n = trials * YEAR / cycle
    case("probe-and-ttl", """
Third failed probe of a 10 s period: 25 s on average; activation 60 s; clients follow evenly over 60 s. Lost: 25 + 60 + 30 s
of traffic for each failure; down (success below 95 %): 25 + 60 + 57 s.""", f"""
    horizon: 1y
    warm_up: 100h{regions}
    services:
      service: {{ replicas: 1 }}
    journeys:
      all: {{ entry: service }}
    faults:
      loss: {{ hits: region, regions: [r1], mtbf: 1000h, mttr: {{ fixed: 2h }} }}
    topologies:
      pair: {{ pattern: hot-standby, regions: [r1, r2] }}
    failover:
      detect: {{ probe: 10s, misses: 3 }}
      activate: {{ fixed: 60s }}
      reroute: {{ ttl: 60s }}
      failback: {{ wait: 0s, takes: 0s }}
""", "pair", trials, [
        check("/unavailability", 115 / 3600 / cycle, width(n, 0.1), "renewal-reward", "derived"),
        check("/journeys/all/time_unavailability", 142 / 3600 / cycle, width(n, 0.1), "renewal-reward", "derived"),
        check("/outage_minutes", 142 / 60, 0.01, "mean of the uniform detection", "derived"),
    ])

    # A failed attempt is repeated after 30 min: 60 s + 120 s, then 30 min + 120 s more for each failure.
    tries = [(0.6 * 0.4**i, 180 / 3600 + i * (1800 + 120) / 3600) for i in range(40)]
    outage = sum(p * min(t, 5.0) for p, t in tries)
    cycle = 1005.0
    n = trials * YEAR / cycle
    second = sum(p * min(t, 5.0) ** 2 for p, t in tries)
    case("retry", """
An attempt succeeds with 60 %; after a failed one, another activation of 120 s begins 30 min later, while the primary is
down: it is for 5 h, so that the last attempts do not matter.""", f"""
    horizon: 1y
    warm_up: 100h{regions}
    services:
      service: {{ replicas: 1 }}
    journeys:
      all: {{ entry: service }}
    faults:
      loss: {{ hits: region, regions: [r1], mtbf: 1000h, mttr: {{ fixed: 5h }} }}
    topologies:
      pair: {{ pattern: hot-standby, regions: [r1, r2] }}
    failover:
      detect: {{ fixed: 60s }}
      activate: {{ fixed: 120s }}
      reroute: {{ fixed: 0s }}
      success: 60%
      retry: 30m
      failback: {{ wait: 0s, takes: 0s }}
""", "pair", trials, [
        check("/unavailability", outage / cycle, width(n, second / outage**2 - 1), "renewal-reward", "derived"),
        check("/outages_per_year", YEAR / cycle, width(n, 0), "renewal-reward", "derived"),
    ])

    # Active-active: the share of the lost region is lost until detection and rerouting have passed. It is still away if the region fails
    # again within 120 s of its repair, and comes back amid the next loss if within 300 s: then as long is lost as it has been up.
    cycle = 1002.0
    life = 1000 * 3600.0
    lost = math.exp(-120 / life) * (120 - life * math.expm1(-180 / life)) / 3600
    n = trials * YEAR / cycle
    case("active-active-split", """
40 % of the traffic goes to the region that fails; it is lost for 120 s of detection and 180 s of rerouting.""", f"""
    horizon: 1y
    warm_up: 100h{regions}
    services:
      service: {{ replicas: 1 }}
    journeys:
      all: {{ entry: service }}
    faults:
      loss: {{ hits: region, regions: [r1], mtbf: 1000h, mttr: {{ fixed: 2h }} }}
    topologies:
      both: {{ pattern: active-active, regions: [r1, r2], split: [40%, 60%] }}
    failover:
      detect: {{ fixed: 120s }}
      reroute: {{ fixed: 180s }}
""", "both", trials, [
        check("/unavailability", 0.4 * lost / cycle, width(n, 0.1), "renewal-reward", "derived"),
        check("/journeys/all/time_unavailability", lost / cycle, width(n, 0.1), "renewal-reward", "derived"),
    ])

    # Active-active with regions of 60 %: while one is lost, the other carries 60 % of everything.
    case("active-active-scale", """
Two regions of 60 % of the size needed: while one is lost, the other one serves 60 % of all requests.""", f"""
    horizon: 1y
    warm_up: 100h{regions}
    services:
      service: {{ replicas: 10 }}
    journeys:
      all: {{ entry: service }}
    faults:
      loss: {{ hits: region, regions: [r1], mtbf: 1000h, mttr: {{ fixed: 2h }} }}
    topologies:
      both: {{ pattern: active-active, regions: [r1, r2], scale: 60% }}
    failover:
      detect: {{ fixed: 0s }}
      reroute: {{ fixed: 0s }}
""", "both", trials, [
        check("/unavailability", 0.4 * 2 / cycle, width(n, 0.1), "renewal-reward", "derived"),
        check("/journeys/all/time_unavailability", 2 / cycle, width(n, 0.1), "renewal-reward", "derived"),
    ])


# ---- failover as it really happens ----------------------------------------------------------------------------------

ONE_REGION = """
    regions:
      r1: { zones: [a] }"""
TWO_REGIONS = """
    regions:
      r1: { zones: [a] }
      r2: { zones: [a] }"""
ONE_SERVICE = """
    services:
      service: { replicas: 1 }
    journeys:
      all: { entry: service }"""


def gray_faults():
    """Places that stay up and work badly. A fault that nobody sees is active for the time to notice it and that to mend it."""
    system("gray", "gray faults that health checks do not see, and a canary that does", "renewal-reward; independent zones",
           "renewal-reward over a cycle of one fault; probabilities of independent zones; derived for this program")
    trials = 2000

    # A cycle is 500 h of life, 10 h until somebody has noticed and 2 h of repair; a fifth of the requests fails in 12 h of it.
    cycle = 512.0
    n = trials * YEAR / cycle
    spread = (10.0**2 + 2.0**2) / 12.0**2         # squared coefficient of variation of two exponential times in a row
    case("gray-noticed", """
A fifth of all requests fails, and health checks do not see it: for 10 h on average, until a person has noticed, and for the
2 h of the repair that begins then.""", f"""
    horizon: 1y
    warm_up: 500h{ONE_REGION}{ONE_SERVICE}
    faults:
      slow: {{ hits: replica, mtbf: 500h, mttr: 2h, effect: {{ errors: 20% }}, detected: false, noticed: 10h }}
    topologies:
      one: {{ pattern: single-az, regions: [r1] }}
""", "one", trials, [
        check("/unavailability", 0.2 * 12 / cycle, width(n, spread), "renewal-reward", "derived"),
        check("/journeys/all/time_unavailability", 12 / cycle, width(n, spread), "renewal-reward", "derived"),
    ])

    # Three replicas, two needed; in a zone under the fault one counts as 0.4. Two zones: (1 + 0.4 + 0.4) / 2 = 90 % is carried;
    # three: 1.2 / 2 = 60 %; one: 2.4 / 2, which is enough.
    q = 10 / 100
    lost = 3 * q**2 * (1 - q) * 0.1 + q**3 * 0.4
    down = 3 * q**2 * (1 - q) + q**3
    case("gray-capacity", """
Zones that are throttled to 40 %: one replica in each of three, two of them needed. One throttled zone costs nothing, two
leave 90 % of the capacity that is needed, three 60 %.""", """
    horizon: 1y
    warm_up: 200h
    regions:
      r1: { zones: [a, b, c] }
    services:
      service: { replicas: 3, needs: 2 }
    journeys:
      all: { entry: service }
    faults:
      throttled: { hits: zone, mtbf: 90h, mttr: 10h, effect: { capacity: 40% }, detected: false }
    topologies:
      one: { pattern: multi-az, regions: [r1] }
""", "one", trials, [
        check("/unavailability", lost, width(down * YEAR / 5 * trials, 3), "independent zones, steady state", "derived"),
        check("/journeys/all/time_unavailability", down, width(down * YEAR / 5 * trials, 2), "independent zones, steady state",
              "derived"),
    ])

    # Probes at even distance, the first evenly within one; each fails with chance e. From the first probe on it takes
    # (1 - e^m) / ((1 - e) e^m) probes on average until m have failed in a row: 6 for e = 1/2, m = 2. Then 1 h of repair.
    e, misses, period = 0.5, 2, 10 / 60
    probes = (1 - e**misses) / ((1 - e) * e**misses)
    active = period * (0.5 + probes - 1) + 1.0
    cycle = 499.0 + active
    n = trials * YEAR / cycle
    case("gray-canary", """
Half of the requests fails, and nobody would ever notice but for a canary: every 10 min, two failed probes in a row. Then the
repair takes an hour.""", f"""
    horizon: 1y
    warm_up: 100h{ONE_REGION}{ONE_SERVICE}
    faults:
      bad: {{ hits: replica, mtbf: 499h, mttr: {{ fixed: 1h }}, effect: {{ errors: 50% }}, detected: false, noticed: {{ never: true }} }}
    canary: {{ every: 10m, misses: 2 }}
    topologies:
      one: {{ pattern: single-az, regions: [r1] }}
""", "one", trials, [
        check("/unavailability", e * active / cycle, width(n, 0.3), "renewal-reward, runs of failed probes", "derived"),
        check("/outage_minutes", 60 * active, width(n, 0.3), "mean number of probes until two in a row have failed", "derived"),
    ])


def runbooks():
    """Recoveries that wait for what is down. r1 is lost for 8 h; a failover ends when its runbook is done, or r1 is back."""
    system("runbook", "a runbook whose last step waits for the DNS provider", "renewal-reward, compound Poisson sum",
           "renewal-reward over a cycle of one loss, derived for this program")
    trials, lasts, cycle = 4000, 8.0, 1008.0
    pair = f"""
    horizon: 1y
    warm_up: 100h{TWO_REGIONS}
    services:
      service: {{ replicas: 1 }}
      dns-api: {{ external: true, %s }}
    journeys:
      all: {{ entry: service }}
    faults:
      loss: {{ hits: region, regions: [r1], mtbf: 1000h, mttr: {{ fixed: 8h }} }}
    objectives: {{ rto: 1h }}
    topologies:
      pair: {{ pattern: hot-standby, regions: [r1, r2] }}
    failover:
      detect: {{ fixed: 0s }}
      reroute: {{ fixed: 0s }}
      failback: {{ wait: 0s, takes: 0s }}
      plan:
        - {{ step: approve, takes: {{ fixed: 10m }} }}
        - {{ step: switch-dns, takes: {{ fixed: 30m }}, needs: [dns-api] }}
"""
    n = trials * YEAR / cycle

    # The work of 40 min is interrupted k times: once if dns-api is down when its step begins (chance 1/10), and a Poisson number
    # of times of mean 0.5 / 45 in the half hour of work. Each lasts 5 h on average, exponential, so that the sum S of k is Erlang.
    # E min(S, c) = integral of P(S > t) up to c = 5 h x sum over j < k of P(Erlang(j + 1) <= c). Within an hour are those with S of 20 min.
    up, down, work, c = 45.0, 5.0, 40 / 60, lasts - 40 / 60

    def erlang_within(k, t):
        return 1 - math.exp(-t / down) * math.fsum((t / down)**j / math.factorial(j) for j in range(k))

    at_start, met = down / (up + down), 0.5 / up
    at_work = [math.exp(-met) * met**k / math.factorial(k) for k in range(12)]
    chance = [(1 - at_start) * p + at_start * before for p, before in zip(at_work, [0.0] + at_work)]
    waits = math.fsum(p * down * math.fsum(erlang_within(j + 1, c) for j in range(k)) for k, p in enumerate(chance))
    in_time = math.fsum(p * erlang_within(k, 1.0 - work) for k, p in enumerate(chance))
    case("runbook-needs", """
A runbook of two steps, 10 and 30 min; the second stands still while the DNS provider is down, a tenth of the time, and so it does
when that fails while it is at work. The region is back after 8 h in any case.""",
         pair % "mtbf: 45h, mttr: 5h", "pair", trials, [
        check("/unavailability", (work + waits) / cycle, width(n, 3), "renewal-reward, compound Poisson sum cut at the repair",
              "derived"),
        check("/rto_met", in_time, share_width(in_time, n), "compound Poisson sum within 20 min", "derived"),
    ])

    # With the API in r1 the step cannot begin before r1 is back: each loss lasts as long as the repair, as without a standby.
    case("runbook-own-region", """
The same runbook, and the DNS provider lives in the region that is lost: the standby is never reached, and each outage is as long as
the repair.""", pair % "in: r1", "pair", trials, [
        check("/unavailability", lasts / cycle, width(n, 0), "renewal-reward", "derived"),
        check("/outage_minutes", 60 * lasts, 0.01, "length of a repair", "derived"),
    ])


def rot_and_drills():
    """A standby that rots, and is needed 50 days after the start, once in each trial."""
    system("rot", "a standby that rots until it is needed, or drilled", "exponential lives between fixed dates",
           "exponential lives between fixed dates, derived for this program")
    trials, horizon, life, fix = 20_000, 60 * 24.0, 20.0, 2.0
    pair = f"""
    horizon: 60d{TWO_REGIONS}{ONE_SERVICE}
    faults:
      loss: {{ hits: region, regions: [r1], mtbf: {{ fixed: 50d }}, mttr: {{ fixed: 5h }} }}
    objectives: {{ rto: 10m }}
    topologies:
      pair: {{ pattern: hot-standby, regions: [r1, r2] }}
    failover:
      detect: {{ fixed: 60s }}
      activate: {{ fixed: 4m }}
      reroute: {{ fixed: 0s }}
      failback: {{ wait: 0s, takes: 0s }}
      rot: {{ mtbf: 20d, fix: {{ fixed: 2h }} }}
"""
    # Found out at the end of the activation, and mended then: 5 min, and 2 h more with the chance 1 - exp(-50 / 20).
    base = 5 / 60
    rotten = -math.expm1(-(50 + base / 24) / life)
    spread = rotten * (1 - rotten) * fix**2 / (base + rotten * fix)**2
    case("rot-never-drilled", """
A standby of which nobody knows whether it works: every 20 days on average something hidden breaks, and it is needed after 50. It
then takes 5 min if it is sound, and 2 h more if it is not.""", pair, "pair", trials, [
        check("/unavailability", (base + rotten * fix) / horizon, width(trials, spread), "exponential life of the standby", "derived"),
        check("/rto_met", 1 - rotten, share_width(1 - rotten, trials), "exponential life of the standby", "derived"),
    ])

    # Drills every 9 d: rotten at the n-th with the chance p. It is then mended for 2 h, and traffic stays where it is; else traffic goes there
    # and back at once, after a minute in which nobody is served. Either way it rots anew from then on. The sixth drill, at 54 d, is
    # after the loss: the standby has served until r1 was back at 50 d 5 h.
    after = lambda hours: -math.expm1(-hours / 24 / life)
    minute, day = 1 / 60, 24.0
    p = [after(9 * day)]
    for _ in range(4):
        p.append((1 - p[-1]) * after(9 * day - minute) + p[-1] * after(9 * day - fix))
    last = 5 * day + base
    rotten = (1 - p[-1]) * after(last - minute) + p[-1] * after(last - fix)
    drills = minute * math.fsum(1 - one for one in p + [after(4 * day - 5)])
    spread = (rotten * (1 - rotten) * fix**2 + 6 * minute**2 / 4) / (base + drills + rotten * fix)**2
    case("rot-drilled", """
The same standby with a game day every nine days: the last one before the loss is five days old. Each of six disturbs for a
minute, unless it finds rot: then that is mended, and traffic stays.""", pair + "    drills: { every: 9d, kind: gameday, takes: 0s, disruption: 1m }\n", "pair", trials, [
        check("/unavailability", (base + drills + rotten * fix) / horizon, width(trials, spread),
              "exponential lives from drill to drill", "derived"),
    ])


def failbacks():
    """The way back as a policy: at night, when a disruption costs little, and not always with success."""
    system("failback", "failback at night, with a disruption, that works every other time", "renewal-reward, geometric tries",
           "geometric number of tries at known hours, weighted by the daily curve; derived for this program")
    # r1 is lost at 50 d 0 h for 5 h. Failover takes 60 s. Healthy for an hour at 6:00; the hours begin at 2:00. A try takes 3 min;
    # one that failed is followed by another an hour later: 2:00, 3:03, 4:06, and 2:00 of the next day. Traffic is
    # 1 + cos(2 pi (h - 12) / 24) of its mean: a try at 2:00 costs 13 % of what it would cost on average.
    horizon, trials = 80 * 24.0, 4000

    def requests(start, length):
        """Integral of the daily curve over these hours."""
        wave = lambda h: 24 / (2 * math.pi) * math.sin(2 * math.pi * (h - 12) / 24)
        return length + wave(start + length) - wave(start)

    hours = [2 + (3.05 - 2) * (k % 3) for k in range(60)]
    tries = [0.5**k * requests(hour, 0.05) for k, hour in enumerate(hours)]
    lost = requests(0, 1 / 60) + math.fsum(tries)
    worst = requests(4.1, 0.05)
    spread = 2 * worst**2 / lost**2
    outages = 1 + 2
    case("failback-at-night", """
A primary that is lost once, at midnight, and traffic that goes back between 2 and 5 in the morning: three minutes of disruption a
try, every other of which fails and is repeated an hour later.""", f"""
    horizon: 80d{TWO_REGIONS}{ONE_SERVICE}
    traffic: {{ rate: 100/s, daily_peak: 2, peak_hour: 12 }}
    faults:
      loss: {{ hits: region, regions: [r1], mtbf: {{ fixed: 50d }}, mttr: {{ fixed: 5h }} }}
    topologies:
      pair: {{ pattern: hot-standby, regions: [r1, r2] }}
    failover:
      detect: {{ fixed: 60s }}
      activate: {{ fixed: 0s }}
      reroute: {{ fixed: 0s }}
      failback: {{ wait: 1h, hours: 2-5, disruption: 3m, success: 50%, takes: 0s }}
""", "pair", trials, [
        check("/unavailability", lost / horizon, width(trials, spread), "geometric number of tries, weighted by the daily curve",
              "derived"),
        check("/outages_per_year", outages * YEAR / horizon, width(trials, 0.3), "one loss and two tries on average", "derived"),
    ])


def lost_data():
    """What is lost of the data: a copy that is behind, a cut link, backups, corruption."""
    system("data", "data that copies and backups do not have", "renewal theory",
           "ages at the instant of a loss, which comes at any time alike; derived for this program")
    stateful = """
    services:
      db: { data: { size: 720GB, writes: 1MB/s } }
    journeys:
      all: { entry: db }"""
    trials = 2000

    # The link is cut 4 % of the time, and then has been for an exponential time of 4 h, as that has no memory. The sum of both is
    # within t with the chance 1 - (b exp(-t/b) - a exp(-t/a)) / (b - a), a and b being the means.
    lag, cut, share, rpo = 10.0, 4 * 3600.0, 4 / 100, 20.0
    both = 1 - (cut * math.exp(-rpo / cut) - lag * math.exp(-rpo / lag)) / (cut - lag)
    within = (1 - share) * -math.expm1(-rpo / lag) + share * both
    mean = lag + share * cut
    n = trials * YEAR / 502
    case("data-lag", """
A copy that is behind by 10 s on average, and by as much more as the link between the regions has been cut: it is so 4 % of the
time, for 4 h on average. Losses come at any time alike.""", f"""
    horizon: 1y
    warm_up: 100h{TWO_REGIONS}{stateful}
    replication: {{ lag: 10s }}
    faults:
      loss:  {{ hits: region, regions: [r1], mtbf: 500h, mttr: {{ fixed: 2h }} }}
      cable: {{ hits: region-link, mtbf: 96h, mttr: 4h }}
    objectives: {{ rpo: 20s }}
    topologies:
      pair: {{ pattern: hot-standby, regions: [r1, r2] }}
    failover:
      detect: {{ fixed: 60s }}
      activate: {{ fixed: 0s }}
      reroute: {{ fixed: 0s }}
      failback: {{ wait: 0s, takes: 0s }}
""", "pair", trials, [
        check("/data_loss_seconds", mean, width(n, share * 2 * cut**2 / mean**2), "mean lag and mean age of a cut", "derived"),
        check("/rpo_met", within, share_width(within, n), "sum of two exponential times", "derived"),
    ])

    # Backups every 24 h from the start of scoring; the age at a loss is even on 0 to 24 h, as losses are Poisson but for repairs.
    n = trials * YEAR / 510
    day = 24 * 3600.0
    case("data-backups", """
A region that is built anew from the backup of the day: a loss comes at any hour alike, so half a day is lost on average, and no more
than six hours in a quarter of the cases.""", f"""
    horizon: 1y
    warm_up: 100h{TWO_REGIONS}{stateful}
    backups: {{ every: 24h, restore: 200MB/s }}
    faults:
      loss: {{ hits: region, regions: [r1], mtbf: 500h, mttr: 10h }}
    objectives: {{ rpo: 6h }}
    topologies:
      pair: {{ pattern: backup-restore, regions: [r1, r2] }}
    failover:
      detect: {{ fixed: 60s }}
      activate: {{ fixed: 0s }}
      reroute: {{ fixed: 0s }}
      failback: {{ wait: 0s, takes: 0s }}
""", "pair", trials, [
        check("/data_loss_seconds", day / 2, width(n, -2 / 3), "age of a backup, even over its period", "derived"),
        check("/rpo_met", 0.25, share_width(0.25, n), "age of a backup, even over its period", "derived"),
    ])

    # Half an hour until it is understood, then 720 GB at 200 MB/s: an hour.
    cycle = 501.5
    n = trials * YEAR / cycle
    case("data-corruption", """
A bug that corrupts the data of both regions: half an hour until that is understood, an hour to read the backup back, and all that was
written since is lost. No standby helps.""", f"""
    horizon: 1y
    warm_up: 100h{TWO_REGIONS}{stateful}
    backups: {{ every: 24h, restore: 200MB/s }}
    faults:
      bug: {{ hits: service, services: [db], effect: corrupt, mtbf: 500h, mttr: {{ fixed: 30m }} }}
    objectives: {{ rpo: 6h }}
    topologies:
      pair: {{ pattern: hot-standby, regions: [r1, r2] }}
""", "pair", trials, [
        check("/unavailability", 1.5 / cycle, width(n, 0), "renewal-reward", "derived"),
        check("/data_loss_seconds", day / 2, width(n, -2 / 3), "age of a backup, even over its period", "derived"),
    ])


def partitions():
    """Zones whose links are cut: all states of zones' replicas and links, each up or down by itself, are listed."""
    system("partitions", "zones and regions whose links are cut", "independent links, all states listed",
           "probabilities of independent links and replicas, all states listed; derived for this program")

    def reached(start, cut):
        """Zones to which some way leads from one over links that are not cut; `cut` has ordered pairs."""
        found = [start]
        for zone in found:
            found += [other for other in range(3) if other not in found and other != zone and (zone, other) not in cut]
        return found

    def unavailability(needs, links, q_replica):
        """`links`: (chance to be cut, ordered pairs that a cut stops). Up if enough replicas are up in reach of some zone."""
        parts = [(q_replica, None)] * 3 + links
        down = 0.0
        for state in range(2 ** len(parts)):
            is_down = [state >> i & 1 for i in range(len(parts))]
            chance = math.prod(q if bad else 1 - q for bad, (q, _) in zip(is_down, parts))
            cut = {pair for bad, (_, pairs) in zip(is_down[3:], links) for pair in pairs if bad}
            if max(sum(not is_down[zone] for zone in reached(start, cut)) for start in range(3)) < needs:
                down += chance
        return down

    q, p, trials = 10 / 100, 2 / 200, 2000
    both_ways = [(q, [(a, b), (b, a)]) for a, b in [(0, 1), (0, 2), (1, 2)]]
    source = "independent links and replicas, all states listed"
    for needs, how in [(2, "a quorum of two"), (3, "all three copies")]:
        value = unavailability(needs, both_ways, p)
        case(f"partition-{needs}-of-3", f"""
Three zones of which each link is cut a tenth of the time, and a service that needs {how}, all on one side. Calls go round by the
third zone.""", f"""
    horizon: 1y
    warm_up: 300h
    regions:
      r1: {{ zones: [a, b, c] }}
    services:
      service: {{ replicas: 3, needs: {needs} }}
    faults:
      replica: {{ hits: replica, mtbf: 198h, mttr: 2h }}
      fibre:   {{ hits: zone-link, mtbf: 90h, mttr: 10h }}
    topologies:
      multi: {{ pattern: multi-az, regions: [r1] }}
""", "multi", trials, [check("/unavailability", value, width(value * YEAR / 4 * trials, 3), source, "derived")])

    # Cuts of calls from c to a, from c to b, and of the link of a and b both ways. a calls c in any case, and b directly or by way of c; b
    # likewise. So none sees all three only while all cuts are there: 1 - (1 - p)^3 (1 - q^3).
    one_way = [(q, [(2, 0)]), (q, [(2, 1)]), (q, [(0, 1), (1, 0)])]
    value = unavailability(3, one_way, p)
    assert abs(value - (1 - (1 - p)**3 * (1 - q**3))) < 1e-15, value
    case("partition-one-way", """
A firewall that stops the calls from c to a, another those from c to b, and a link of a and b that is cut both ways. All three copies
are needed: who can still call works with those of both sides, so that it takes all three cuts at once to stop it.""", """
    horizon: 1y
    warm_up: 300h
    regions:
      r1: { zones: [a, b, c] }
    services:
      service: { replicas: 3, needs: 3 }
    faults:
      replica: { hits: replica, mtbf: 198h, mttr: 2h }
      c-to-a:  { hits: zone-link, from: c, to: a, mtbf: 90h, mttr: 10h }
      c-to-b:  { hits: zone-link, from: c, to: b, mtbf: 90h, mttr: 10h }
      fibre:   { hits: zone-link, zones: [a, b], mtbf: 90h, mttr: 10h }
    topologies:
      multi: { pattern: multi-az, regions: [r1] }
""", "multi", trials, [check("/unavailability", value, width(value * YEAR / 4 * trials, 3), source, "derived")])

    value = 1 - (1 - down_at(None, 500, 10)) * (1 - down_at(None, 1000, 3)) * (1 - down_at(None, 2000, 4))
    case("partition-regions", """
A service in west that asks for rates from east: the rates' own failures, the loss of east, and a cut of the link between the regions
are outages.""", """
    horizon: 1y
    warm_up: 200h
    regions:
      east: { zones: [a] }
      west: { zones: [a] }
    services:
      shop:  { calls: [rates] }
      rates: { external: true, in: east, mtbf: 2000h, mttr: 4h }
    journeys:
      all: { entry: shop, share: 100% }
    faults:
      region: { hits: region, regions: [east], mtbf: 1000h, mttr: 3h }
      cable:  { hits: region-link, mtbf: 500h, mttr: 10h }
    topologies:
      one: { pattern: single-az, regions: [west] }
""", "one", trials, [check("/unavailability", value, width(28 * trials, 3), "independent units, steady state", "derived")])


def stuck_clients():
    """Clients that never look a name up again: 4 % of them stay with the region that is lost."""
    system("stuck", "clients that never move", "renewal-reward",
           "renewal-reward over a cycle of one loss, derived for this program")
    # Lost for 2 h: all for 120 s, then 96 % of them move evenly over 60 s, and 4 % wait until the region is back. A journey is down until
    # 95 % succeed: 120 s, and 95/96 of the TTL.
    cycle, trials, stuck = 1002.0, 4000, 0.04
    n = trials * YEAR / cycle
    lost = 120 + (1 - stuck) * 30 + stuck * (7200 - 120)
    case("stuck-clients", """
Detection and activation take a minute each; then 96 % of the clients move evenly over a TTL of 60 s. The others stay with the region
that is lost, for its 2 h of repair: half of all that is lost is theirs.""", f"""
    horizon: 1y
    warm_up: 100h{TWO_REGIONS}{ONE_SERVICE}
    faults:
      loss: {{ hits: region, regions: [r1], mtbf: 1000h, mttr: {{ fixed: 2h }} }}
    topologies:
      pair: {{ pattern: hot-standby, regions: [r1, r2] }}
    failover:
      detect: {{ fixed: 60s }}
      activate: {{ fixed: 60s }}
      reroute: {{ ttl: 60s, stuck: 4% }}
      failback: {{ wait: 0s, takes: 0s }}
""", "pair", trials, [
        check("/unavailability", lost / 3600 / cycle, width(n, 0), "renewal-reward", "derived"),
        check("/journeys/all/time_unavailability", (120 + 60 * 0.95 / (1 - stuck)) / 3600 / cycle, width(n, 0), "renewal-reward",
              "derived"),
    ])


def main():
    workstation_cluster()
    repair_crews()
    beta_factor()
    availability_products()
    cold_standby()
    detection_and_coverage()
    failover()
    downtime_distribution()
    places()
    calls()
    takeovers()
    moving_traffic()
    gray_faults()
    runbooks()
    rot_and_drills()
    failbacks()
    lost_data()
    partitions()
    stuck_clients()
    (HERE / "expected.json").write_text(json.dumps({"systems": SYSTEMS, "cases": CASES}, indent=1) + "\n")
    for item in CASES:
        for one in item["checks"]:
            print(f"{item['model']:34} {one['figure']:40} {one['value']:.10g}  within {one['half_width']:.1%}")


main()
