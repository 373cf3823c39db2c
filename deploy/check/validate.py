"""Checks Kubernetes objects strictly against the schemas of several versions of Kubernetes.

stdin: {"versions": ["1.37", ...], "objects": [{...}, ...]}; stdout: a list of what is wrong, one text each. Kinds that Kubernetes itself
does not have (custom resources) are named in "unknown", once each.
"""

import json
import sys

import kubernetes_validate

asked = json.load(sys.stdin)
problems: list[str] = []
unknown: set[str] = set()
for version in asked["versions"]:
    for thing in asked["objects"]:
        kind = f"{thing.get('apiVersion')} {thing.get('kind')}"
        try:
            kubernetes_validate.validate(thing, version, strict=True)
        except kubernetes_validate.SchemaNotFoundError:
            unknown.add(kind)
        except kubernetes_validate.ValidationError as error:
            where = ".".join(str(part) for part in error.path)
            problems.append(f"{version} {kind} {thing['metadata']['name']}: {where}: {error.message[:300]}")
json.dump({"problems": problems, "unknown": sorted(unknown)}, sys.stdout)
