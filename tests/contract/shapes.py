"""Checks answers against botocore's own service models: types, enums, patterns, required members.

botocore parses answers leniently; this does not. It looks at what the parser
made of the bytes, and says each place where the service model disagrees.
"""

import datetime
import re

# Members that AWS itself leaves out although its model requires them.
LENIENT = {
    ("DescribeFeatureGroupResponse", "NextToken"),
}


def problems(shape, value, path=""):
    """Yields a sentence for each place where `value` is not what `shape` says."""
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            yield f"{path}: {type(value).__name__} is not a structure"
            return
        for name in shape.required_members:
            if name not in value and (shape.name, name) not in LENIENT:
                yield f"{path}.{name}: required by {shape.name}, absent"
        for name, member in value.items():
            if name == "ResponseMetadata":
                continue
            if name not in shape.members:
                yield f"{path}.{name}: {shape.name} has no such member"
                continue
            yield from problems(shape.members[name], member, f"{path}.{name}")
    elif kind == "list":
        if not isinstance(value, list):
            yield f"{path}: {type(value).__name__} is not a list"
            return
        for at, item in enumerate(value):
            yield from problems(shape.member, item, f"{path}[{at}]")
        yield from length(shape, len(value), path)
    elif kind == "map":
        if not isinstance(value, dict):
            yield f"{path}: {type(value).__name__} is not a map"
            return
        for key, item in value.items():
            yield from problems(shape.key, key, f"{path}<key>")
            yield from problems(shape.value, item, f"{path}[{key}]")
    else:
        yield from scalar(shape, value, path)


def scalar(shape, value, path):
    kind = shape.type_name
    wanted = {
        "string": str,
        "boolean": bool,
        "integer": int,
        "long": int,
        "float": (int, float),
        "double": (int, float),
        "timestamp": datetime.datetime,
    }.get(kind)
    if wanted is not None and (not isinstance(value, wanted) or (kind != "boolean" and isinstance(value, bool))):
        yield f"{path}: {value!r} is not a {kind}"
        return
    if kind == "string":
        if shape.enum and value not in shape.enum:
            yield f"{path}: {value!r} is not one of {shape.name}"
        pattern = shape.metadata.get("pattern")
        if pattern and not matches(pattern, value):
            yield f"{path}: {value!r} does not fit {pattern}"
        yield from length(shape, len(value), path)


def matches(pattern, value):
    try:
        return re.match(f"(?:{pattern})\\Z", value, re.DOTALL) is not None
    except re.error:  # a Java pattern that Python cannot read
        return True


def length(shape, size, path):
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and size < low:
        yield f"{path}: {size} is less than {shape.name}'s {low}"
    if high is not None and size > high:
        yield f"{path}: {size} is more than {shape.name}'s {high}"
