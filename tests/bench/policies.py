"""Large policies, one function a shape. Each takes a size and yields the policy's text, and writes the files beside it
that it needs into `folder`. What a shape is large in stands in its name; everything else about it is small."""
import random

IFACE = "Iface wan { index: 0, address: 10.0.0.1, netmask: 255.0.0.0, prerouting: edge }\n"
EDGE = IFACE + "Filter::IP edge {\n    if (ip.saddr in blocked) { drop }\n    accept\n}\n"


def address(i):
    return f"{1 + i % 223}.{i // 223 % 256}.{i // 57088 % 256}.{i * 7 % 256}"


def rules(n, folder):
    """Lines of one rule each, as large policies are written, in functions of 1,000."""
    functions = max(1, n // 1000)
    chain = ", ".join(f"part_{k}" for k in range(functions))
    yield f"Iface wan {{ index: 0, address: 10.0.0.1, netmask: 255.0.0.0, prerouting: [{chain}] }}\n"
    for k in range(functions):
        yield f"Filter::IP part_{k} {{\n    Filter::TCP {{\n"
        for i in range(k * 1000, k * 1000 + min(n, 1000) - 5):
            yield (f"        if (ip.saddr in [{address(i)}/24, {address(i + 9)}] and ip.daddr == {address(i * 3)} "
                   f"and tcp.dport in [{i % 60000}-{i % 60000 + 99}, 443]) {{ accept }}\n")
        yield "    }\n    drop\n}\n"


def rule_lines(n, folder):
    """The same spread over lines, as a person or the formatter would write it: n lines, n / 4 rules."""
    yield IFACE + "Filter::IP edge {\n    Filter::TCP {\n"
    for i in range(n // 4):
        yield (f"        if (ip.saddr == {address(i)} and tcp.dport in [80, {i % 60000}]) {{\n            // rule {i}\n"
               "            accept\n        }\n")
    yield "    }\n    drop\n}\n"


def list_file(n, folder):
    """`file()` with n addresses, networks and ranges."""
    with open(folder / "blocked.txt", "w") as out:
        for i in range(n):
            form = i % 8
            out.write(f"{address(i)}/{24 + i % 8}\n" if form == 0 else
                      f"{address(i)} - {address(i)[:address(i).rindex('.')]}.255 # a range\n" if form == 1 else
                      f"{address(i)}\n")
    yield EDGE + 'blocked: file("blocked.txt")\n'


def list_in_place(n, folder):
    """The same as a list in the policy, four values a line."""
    yield EDGE + "blocked: [\n"
    for i in range(n // 4):
        yield "    " + ", ".join(address(4 * i + k) for k in range(4)) + ",\n"
    yield "]\n"


def elements(n, folder):
    yield EDGE + "blocked: [e0]\n"
    for i in range(n):
        yield f"e{i}: {address(i)}\n"


def named_elements(n, folder):
    """A list of n names."""
    for i in range(n):
        yield f"e{i}: {address(i)}\n"
    yield EDGE + "blocked: [\n" + "".join(f"    e{i},\n" for i in range(n)) + "]\n"


def functions(n, folder):
    yield "Iface wan { index: 0, address: 10.0.0.1, netmask: 255.0.0.0, prerouting: edge }\n"
    for i in range(n):
        yield f"Filter::IP f{i} {{ if (ip.saddr == {address(i)}) {{ drop }} }}\n"
    yield "Filter::IP edge {\n" + "".join(f"    f{i}()\n" for i in range(n)) + "    accept\n}\n"


def functions_on_chain(n, folder):
    chain = ", ".join(f"f{i}" for i in range(n))
    yield f"Iface wan {{ index: 0, address: 10.0.0.1, netmask: 255.0.0.0, prerouting: [{chain}] }}\n"
    for i in range(n):
        yield f"Filter::IP f{i} {{ if (ip.saddr == {address(i)}) {{ drop }} shared accept }}\n"
    yield "Filter::IP shared { " + " ".join(f"s{i}" for i in range(n)) + " }\n"
    for i in range(n):
        yield f"Filter::IP s{i} {{ if (ip.daddr == {address(i)}) {{ drop }} }}\n"


def doubling_calls(n, folder):
    """Each function calls the next one twice: 2^n calls if anybody followed them all. Chains of 300."""
    yield "Iface wan { index: 0, address: 10.0.0.1, netmask: 255.0.0.0, prerouting: edge }\n"
    chains = max(1, n // 300)
    for c in range(chains):
        for i in range(300):
            yield f"Filter::IP c{c}_{i} {{ if (ip.ttl == {i % 256}) {{ c{c}_{i + 1} }} else {{ c{c}_{i + 1} }} }}\n"
        yield f"Filter::IP c{c}_300 {{ if (ip.ttl == 7) {{ drop }} }}\n"
    yield "Filter::IP edge {\n" + "".join(f"    c{c}_0\n" for c in range(chains)) + "    accept\n}\n"


def doubling_lists(n, folder):
    """Each list names the one before twice."""
    yield EDGE
    for c in range(max(1, n // 100)):
        yield f"l{c}_0: [{address(c)}]\n"
        for i in range(1, 100):
            yield f"l{c}_{i}: [l{c}_{i - 1}, l{c}_{i - 1}]\n"
    yield "blocked: [" + ", ".join(f"l{c}_99" for c in range(max(1, n // 100))) + "]\n"


def object_keys(n, folder):
    yield EDGE + "blocked: {\n"
    for i in range(n):
        yield f"    key_{i}: {address(i)},\n"
    yield "}\n"


def dotted_assignments(n, folder):
    yield EDGE + "blocked: {}\n"
    for i in range(n):
        yield f"blocked.key_{i}: {address(i)}\n"


def routes(n, folder):
    yield EDGE + "blocked: []\nIface lan { index: 1, address: 11.0.0.1, netmask: 255.0.0.0 }\nGateway g {\n"
    for i in range(n):
        yield f"    r{i}: {{ net: {address(i)}, netmask: 255.255.255.255, iface: lan, nexthop: 11.0.0.2, cost: {i} }},\n"
    yield "}\n"


def tests(n, folder):
    yield EDGE + "blocked: [1.2.3.4]\n"
    for i in range(n):
        yield (f"Test t{i} {{\n    iface: wan,\n    packet: {{ ip: {{ saddr: {address(i)}, daddr: 10.0.0.1 }}, "
               f"tcp: {{ dport: {i % 65536} }} }},\n    expect: accept\n}}\n")


def unknown_names(n, folder):
    """n errors, each with a search for the name that was meant."""
    yield EDGE + "blocked: [\n" + "".join(f"    elemnt_{i},\n" for i in range(n)) + "]\n"
    for i in range(n):
        yield f"element_{i}: {address(i)}\n"


def syntax_errors(n, folder):
    yield EDGE + "blocked: []\n"
    for i in range(n):
        yield f"e{i}: [1, 2 = 3]\nf{i}: : 4\n"


def unclosed_brackets(n, folder):
    yield EDGE + "blocked: []\n"
    for i in range(n):
        yield f"e{i}: {{ a: 1, b: [2, 3 }}\n"


def bad_list_entries(n, folder):
    with open(folder / "blocked.txt", "w") as out:
        for i in range(n):
            out.write(f"{address(i)}.300.1\n")
    yield EDGE + 'blocked: file("blocked.txt")\n'


def errors_on_one_line(n, folder):
    yield EDGE + "blocked: [" + ", ".join(f"unknown_{i}" for i in range(n)) + "]\n"


def long_line(n, folder):
    yield EDGE + "blocked: [" + ", ".join(address(i) for i in range(n)) + "]\n"


def long_condition(n, folder):
    yield IFACE + "Filter::IP edge { if (" + " or ".join(f"ip.saddr == {address(i)}" for i in range(n)) + \
        ") { drop } accept }\n"


def many_statements(n, folder):
    yield IFACE + "Filter::IP edge {\n" + "".join(f"    log(\"packet {i}\\n\")\n" for i in range(n)) + "    accept\n}\n"


def dead_statements(n, folder):
    yield IFACE + "Filter::IP edge {\n"
    for i in range(n):
        yield "    if (ip.ttl == 1) { drop accept }\n"
    yield "    accept\n}\n"


def comments(n, folder):
    yield EDGE + "blocked: [\n"
    for i in range(n // 2):
        yield f"    // comment {i}\n    {address(i)}, /* and {i} */\n"
    yield "]\n"


def comments_on_one_line(n, folder):
    yield EDGE + "blocked: [ " + " ".join(f"/* {i} */" for i in range(n)) + " 1.2.3.4 ]\n"


def random_bytes(n, folder):
    chance = random.Random(n)
    yield "".join(chr(chance.randrange(1, 0x250)) for _ in range(n * 10))


def prefix(chance, bases, length):
    """A network under one of a few bases, so that rules overlap as those of one site do."""
    if length == 0:
        return "0.0.0.0/0"
    address = chance.choice(bases) | chance.randrange(1 << 16)
    address = address >> (32 - length) << (32 - length)
    return ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0)) + f"/{length}"


def ports(chance):
    """Any, the high ones, one well-known, one of all, or a range, as often as in lists that people keep."""
    kind = chance.random()
    if kind < 0.35:
        return "0-65535"
    if kind < 0.45:
        return "1024-65535"
    if kind < 0.75:
        return f"[{chance.choice([21, 22, 25, 53, 80, 110, 143, 389, 443, 445, 1433, 3306, 3389, 5060, 8080])}]"
    low = chance.randrange(65000)
    return f"[{low}]" if kind < 0.9 else f"{low}-{low + chance.randrange(1, 500)}"


def classified(n, source_lengths, destination_lengths):
    """Narrow rules tend to stand above wide ones, as they must to have an effect; none is about everything."""
    chance = random.Random(n)
    bases = [chance.randrange(1, 220) << 24 | chance.randrange(256) << 16 for _ in range(max(4, n // 100))]
    rules = []
    for _ in range(n):
        source, destination = chance.choice(source_lengths), chance.choice(destination_lengths)
        wide = source + destination < 16
        port = f"[{chance.randrange(65536)}]" if wide else ports(chance)
        rules.append((source + destination + chance.randrange(24),
                      f"        if (ip.saddr in {prefix(chance, bases, source)} and ip.daddr in "
                      f"{prefix(chance, bases, destination)} and tcp.dport in {port}) "
                      f"{{ {chance.choice(['accept', 'drop'])} }}\n"))
    yield IFACE + "Filter::IP edge {\n    Filter::TCP {\n"
    yield from (text for _, text in sorted(rules, key=lambda rule: -rule[0]))
    yield "    }\n    drop\n}\n"


def access_list(n, folder):
    """Rules of narrow networks on both sides, one a line: an access list."""
    yield from classified(n, [0, 16, 24, 24, 32, 32], [16, 24, 28, 32, 32, 32])


def firewall_list(n, folder):
    """Rules with wide networks, which overlap much: a firewall at a border."""
    yield from classified(n, [0, 0, 0, 16, 24, 32], [0, 8, 16, 24, 32, 32])


def edited(rules, count):
    """Some rules with the other verdict, some new ones, and some left out, the same each time."""
    chance = random.Random(len(rules))
    changed = set(chance.sample([i for i, rule in enumerate(rules) if "if (ip.saddr" in rule], count))
    for i, rule in enumerate(rules):
        edit = chance.choice(["turn", "turn", "add", "leave out"]) if i in changed else "keep"
        if edit == "add":
            yield f"        if (ip.saddr in 10.{i % 256}.0.0/16 and ip.daddr in 20.0.0.0/8) {{ accept }}\n"
        if edit == "turn":
            accepts = "{ accept }" in rule
            yield rule.replace("{ accept }" if accepts else "{ drop }", "{ drop }" if accepts else "{ accept }")
        elif edit != "leave out":
            yield rule


def chain_list(n, folder):
    """Rules of all protocols in one order, with ports on both sides: what hosts' chains grow into."""
    chance = random.Random(n)
    bases = [chance.randrange(1, 220) << 24 | chance.randrange(256) << 16 for _ in range(max(4, n // 50))]
    rules = []
    for _ in range(n):
        lengths = [chance.choice([0, 8, 16, 24, 24, 32]), chance.choice([0, 16, 24, 28, 32, 32])]
        source, destination = (prefix(chance, bases, length) for length in lengths)
        networks = f"ip.saddr in {source} and ip.daddr in {destination}"
        verdict = f"{{ {chance.choice(['accept', 'drop'])} }}"
        layer = chance.choices(["TCP", "UDP", "ICMP", "IP"], [6, 3, 1, 1])[0]
        if layer == "IP":
            text = f"    if ({networks} and ip.protocol == {chance.choice([47, 50, 89])}) {verdict}\n"
        elif layer == "ICMP":
            text = f"    Filter::ICMP {{ if ({networks} and icmp.type in {chance.choice(['[0, 8]', '3-5', '[11]'])}) {verdict} }}\n"
        else:
            of = layer.lower()
            sources = f" and {of}.sport in 1024-65535" if chance.random() < 0.4 else ""
            text = f"    Filter::{layer} {{ if ({networks}{sources} and {of}.dport in {ports(chance)}) {verdict} }}\n"
        rules.append((sum(lengths) + chance.randrange(24), text))
    yield IFACE + "Filter::IP edge {\n"
    yield from (text for _, text in sorted(rules, key=lambda rule: -rule[0]))
    yield "    drop\n}\n"


def one_interleaved(chance, n, contrary):
    """Rules of one field each, by turns; with the same chance, `contrary` says the opposite of each. Neighbours that say the
    same change places then, so that the lists are not each other's mirror line by line."""
    fields = [("ip.saddr", 1 << 32), ("tcp.dport", 1 << 16), ("ip.daddr", 1 << 32), ("tcp.sport", 1 << 16)]
    lines = []
    for i in range(n):
        field, end = fields[i // 2 % 4]
        low = chance.randrange(end - 2000)
        high = low + chance.randrange(1, 1900)
        value = (lambda v: ".".join(str(v >> shift & 255) for shift in (24, 16, 8, 0))) if end > 1 << 16 else str
        says = "accept" if (i // 2 % 3 == 0) != contrary else "drop"
        lines.append(f"        if ({field} in {value(low)} - {value(high)}) {{ {says} }}\n")
    for i in range(0, n - 1, 2):
        yield from lines[i:i + 2][::-1] if contrary else lines[i:i + 2]


def interleaved_lists(n, folder):
    """Two Filters of which each drops what the other one accepts: what must be shown crosses every rule with every other."""
    yield IFACE.replace("prerouting: edge", "prerouting: [first, second]")
    for name, contrary in [("first", False), ("second", True)]:
        yield f"Filter::IP {name} {{\n    Filter::TCP {{\n"
        yield from one_interleaved(random.Random(n), n // 2, contrary)
        yield f"    }}\n    {'drop' if contrary else 'accept'}\n}}\n"


# shape: (size, command). The command gets FILE; the largest size is four times the one given.
SHAPES = {
    rules: 25_000, rule_lines: 25_000, list_file: 250_000, list_in_place: 250_000, elements: 25_000,
    named_elements: 25_000, functions: 2_500, functions_on_chain: 2_500, doubling_calls: 2_400, doubling_lists: 2_500,
    object_keys: 25_000, dotted_assignments: 2_500, routes: 5_000, tests: 2_500, unknown_names: 1_250,
    syntax_errors: 1_250, unclosed_brackets: 1_250, bad_list_entries: 12_500, errors_on_one_line: 1_250,
    long_line: 25_000, long_condition: 12_500, many_statements: 12_500, dead_statements: 12_500, comments: 12_500,
    comments_on_one_line: 12_500, random_bytes: 12_500, access_list: 2_500, firewall_list: 2_500,
    chain_list: 2_500,
}
PROVED = [access_list, firewall_list, chain_list]
CROSSED = {interleaved_lists: 3_000}
FORMATTED = [rules, rule_lines, list_in_place, object_keys, long_line, long_condition, comments,
             comments_on_one_line, doubling_lists]
