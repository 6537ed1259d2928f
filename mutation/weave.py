"""Weaves changes of source code into it, each behind a switch, so that one build holds them all.

A change is what `cargo mutants --list --json` says: a file, a span, what stands there instead. Woven, it is an expression
that asks `crate::mutation::on(N)` whether change N is the one to try. What is woven around an expression does not move
it, so that changes nest.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import tree_sitter
import tree_sitter_rust

RUST = tree_sitter.Language(tree_sitter_rust.language())

COMPARISONS = {"==", "!=", "<", ">", "<=", ">="}
ARITHMETIC = {"+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"}


@dataclass
class Change:
    """One change, by its place in the list."""

    number: int
    name: str
    file: str
    genre: str
    replacement: str
    start: tuple
    end: tuple

    @staticmethod
    def of(number, listed):
        at = listed["span"]
        return Change(
            number,
            listed["name"],
            listed["file"],
            listed["genre"],
            listed["replacement"],
            (at["start"]["line"], at["start"]["column"]),
            (at["end"]["line"], at["end"]["column"]),
        )

    def applied_to(self, source):
        """A file with this change and no other."""
        lines = Lines(source)
        start, end = lines.offset(self.start), lines.offset(self.end)
        # What a function returns takes the place of its statements, or of them and the braces around them.
        replacement = f"{{ {self.replacement} }}" if self.genre == "FnValue" else self.replacement
        return source[:start] + replacement.encode() + source[end:]


@dataclass
class Woven:
    """A file with its changes in it."""

    text: bytes
    # Which changes a stretch of the text belongs to: (start, end, numbers), inner ones behind outer ones.
    stretches: list
    # What has no place in a build with the others.
    left_out: list

    def changes_at(self, start, end):
        """The changes of the innermost stretch around a place."""
        around = [stretch for stretch in self.stretches if stretch[0] <= start and end <= stretch[1]]
        return min(around, key=lambda stretch: stretch[1] - stretch[0])[2] if around else []


@dataclass
class Places:
    """What is written where: before and behind a node, and instead of a token."""

    # Of a node: (layer, before, behind), those of a higher layer farther out.
    around: dict = field(default_factory=lambda: defaultdict(list))
    # Of a token: the pieces of text that stand there, each with the changes that it is all of.
    instead: dict = field(default_factory=dict)
    # Of a node: the changes that are woven around it.
    numbers: dict = field(default_factory=lambda: defaultdict(list))

    def surround(self, node, before, behind, changes, layer=0):
        self.around[node.id].append((layer, before, behind))
        self.numbers[node.id].extend(change.number for change in changes)


def on(number):
    return f"crate::mutation::on({number})"


def weave(source, changes):
    """The source of a file with these changes woven into it."""
    tree = tree_sitter.Parser(RUST).parse(source)
    lines = Lines(source)
    nodes = nodes_by_start(tree.root_node)
    by_place = defaultdict(list)
    for change in changes:
        by_place[lines.offset(change.start), lines.offset(change.end), change.genre].append(change)

    places, left_out = Places(), []
    for (start, end, genre), alike in by_place.items():
        form = FORMS.get(genre)
        if form is None or not form(nodes, start, end, alike, places):
            left_out.extend(alike)
    text, stretches = render(source, tree.root_node, places)
    # One within a text that another has moved.
    lost = [change for change in changes if on(change.number).encode() not in text and change not in left_out]
    return Woven(text, stretches, left_out + lost)


class Lines:
    """Lines and columns, both from one, as places in the bytes; columns count characters."""

    def __init__(self, source):
        self.lines = source.split(b"\n")
        self.starts = [0]
        for line in self.lines:
            self.starts.append(self.starts[-1] + len(line) + 1)

    def offset(self, place):
        line, column = place
        return self.starts[line - 1] + len(self.lines[line - 1].decode()[: column - 1].encode())


def nodes_by_start(root):
    """All nodes, by where they start, outer ones first."""
    found = defaultdict(list)
    pending = [root]
    while pending:
        node = pending.pop()
        found[node.start_byte].append(node)
        pending.extend(node.children)
    return found


def is_constant(node):
    """Whether it is worked out by the compiler, where nobody can ask which change is on."""
    while node is not None:
        if node.type in ("const_item", "static_item", "const_block", "enum_variant", "array_type", "type_arguments"):
            return True
        if node.type == "function_item":
            return any(child.type == "function_modifiers" and b"const" in child.text for child in node.children)
        node = node.parent
    return False


def body_of_function(nodes, start, end, alike, places):
    """`fn f() { … }`: returns something else at once."""
    blocks = [node for node in nodes[start] if node.type == "block" and node.end_byte == end]
    if not blocks:
        # The span is what stands between the braces.
        found = [node for node in nodes[start] if node.end_byte <= end and node.parent and node.parent.type == "block"]
        blocks = [node.parent for node in found if node.parent.parent.type == "function_item"]
    if not blocks or is_constant(blocks[0]):
        return False
    block = blocks[0]
    returned = block.parent.child_by_field_name("return_type")
    if returned is not None and b"impl " in returned.text:
        # It is one type, and what stands there instead is of another.
        return False
    ways = [(f" if {on(change.number)} {{ return {change.replacement}; }}", [change.number]) for change in alike]
    places.instead[block.children[0].id] = [("{", []), *ways]
    return True


def binary_operator(nodes, start, end, alike, places):
    """`a == b`: both sides are worked out once, and joined by another operator."""
    tokens = [node for node in nodes[start] if node.end_byte == end and not node.children]
    if not tokens or tokens[0].parent is None or is_constant(tokens[0]):
        return False
    token, expression = tokens[0], tokens[0].parent
    operator = token.type
    if expression.type == "compound_assignment_expr":
        return compound_assignment(expression, token, alike, places)
    if expression.type != "binary_expression":
        return False
    if operator in ("&&", "||"):
        if len(alike) != 1:
            return False
        number = alike[0].number
        if operator == "&&":
            parts = "(if (", f") != {on(number)} {{", f"}} else {{ {on(number)} }})"
        else:
            parts = "(if (", f") == {on(number)} {{", f"}} else {{ !{on(number)} }})"
    elif operator in COMPARISONS:
        parts = "(match (&(", "), &(", f")) {{ (l_, r_) => {chosen('*l_', operator, '*r_', alike)} }})"
    elif operator in ARITHMETIC:
        parts = "(match ((", "), (", f")) {{ (l_, r_) => {chosen('l_', operator, 'r_', alike)} }})"
    else:
        return False
    between(expression, token, parts, alike, places)
    return True


def compound_assignment(expression, token, alike, places):
    """`a += b`: by another operator."""
    parts = "{ match (&mut (", "), (", f")) {{ (l_, r_) => {{ {chosen('*l_', token.type, 'r_', alike)} }} }} }}"
    between(expression, token, parts, alike, places)
    return True


def chosen(left, operator, right, alike):
    ways = "".join(f"if {on(change.number)} {{ {left} {change.replacement} {right} }} else " for change in alike)
    return f"{ways}{{ {left} {operator} {right} }}"


def between(expression, token, parts, alike, places):
    """Text before an expression of two sides, in place of its operator, and behind it."""
    before, instead, behind = parts
    places.instead[token.id] = [(instead, [])]
    places.surround(expression, before, behind, alike)


def unary_operator(nodes, start, end, alike, places):
    """`!a`: without the operator."""
    for node in nodes[start]:
        if node.type == "unary_expression" and not is_constant(node):
            token, number = node.children[0], alike[0].number
            # -128 is a number, where the negative of 128 may be none.
            if len(alike) != 1 or token.type not in ("!", "-") or node.children[1].type == "integer_literal":
                return False
            places.instead[token.id] = []
            behind = f") {{ v_ => if {on(number)} {{ v_ }} else {{ {token.type}v_ }} }})"
            places.surround(node, "(match (", behind, alike)
            return True
    return False


def match_arm(nodes, start, end, alike, places):
    """An arm that is not there: its guard fails."""
    for node in nodes[start]:
        if node.type == "match_arm" and not is_constant(node):
            pattern = node.child_by_field_name("pattern")
            condition = pattern.child_by_field_name("condition")
            number = alike[0].number
            if condition is None:
                places.surround(pattern, "", f" if !{on(number)}", alike)
            elif condition.type in ("let_condition", "let_chain"):
                return False
            else:
                places.surround(condition, f"!{on(number)} && (", ")", alike, layer=2)
            return True
    return False


def match_guard(nodes, start, end, alike, places):
    """A guard that always holds, or never."""
    guards = [node for node in nodes[start] if node.end_byte == end and node.parent.type == "match_pattern"]
    if not guards or is_constant(guards[0]) or guards[0].type in ("let_condition", "let_chain"):
        return False
    before, behind = "", ""
    for change in alike:
        always = change.replacement == "true"
        before += f"({on(change.number)} || (" if always else f"(!{on(change.number)} && ("
        behind += "))"
    places.surround(guards[0], before, behind, alike, layer=1)
    return True


def field_of_a_struct(nodes, start, end, alike, places):
    """`S { a: 1, ..base }`: takes the field from the base."""
    fields = [node for node in nodes[start] if node.type in ("field_initializer", "shorthand_field_initializer")]
    if len(alike) != 1 or not fields or is_constant(fields[0]):
        return False
    of, number = fields[0], alike[0].number
    struct = of.parent.parent
    base = next((node for node in of.parent.children if node.type == "base_field_initializer"), None)
    if base is None or struct.type != "struct_expression":
        return False
    name = of.children[0]
    if of.type == "field_initializer":
        value = of.child_by_field_name("value")
        places.surround(value, f"if {on(number)} {{ base_.{name.text.decode()} }} else {{ ", " }", alike)
    else:
        name = name.text.decode()
        places.instead[of.id] = [(f"{name}: if {on(number)} {{ base_.{name} }} else {{ {name} }}", [number])]
    if base.id not in places.instead:
        places.instead[base.id] = [("..base_", [])]
        type_name, written = struct.child_by_field_name("name").text.decode(), base.children[1].text.decode()
        places.surround(struct, f"({{ let base_: {type_name} = {written}; ", " })", [])
    places.numbers[struct.id].append(number)
    return True


FORMS = {
    "StructField": field_of_a_struct,
    "FnValue": body_of_function,
    "BinaryOperator": binary_operator,
    "UnaryOperator": unary_operator,
    "MatchArm": match_arm,
    "MatchArmGuard": match_guard,
}


def render(source, root, places):
    """The text, and whose each stretch of it is."""
    out, stretches = bytearray(), []

    def write(text, numbers=()):
        begun = len(out)
        out.extend(text.encode())
        if numbers:
            stretches.append((begun, len(out), numbers))

    def visit(node):
        begun = len(out)
        around = sorted(places.around.get(node.id, ()))
        for _, before, _ in reversed(around):
            write(before)
        if node.id in places.instead:
            for text, numbers in places.instead[node.id]:
                write(text, numbers)
        else:
            at = node.start_byte
            for child in node.children:
                out.extend(source[at : child.start_byte])
                visit(child)
                at = child.end_byte
            out.extend(source[at : node.end_byte])
        for _, _, behind in around:
            write(behind)
        if node.id in places.numbers:
            stretches.append((begun, len(out), places.numbers[node.id]))

    out.extend(source[: root.start_byte])
    visit(root)
    out.extend(source[root.end_byte :])
    return bytes(out), stretches
