"""What build logs say over several lines: lists below a headline, the two sides of a conflict, the package in work.

All of them look at a bounded window around the line that matched, so that a log full of matches stays linear.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from checks.logs.lines import Line
from checks.logs.place import Place, Reader

NEAR = 60  # lines: how far the words of one message lie apart
FAR = 400  # lines: how far above a failure the name of the step or package stands
TITLE = 100  # characters
SHOWN = 4  # names told of a longer list
STEP = re.compile(r"^\s*(?:#\d+ )?(?:\d+\.\d+ )?(?:\x1b\[\d*m)?")
"""What BuildKit puts before the words of a step."""
ITEM = re.compile(r"^\s*(?:#\d+ )?(?:\d+\.\d+ )?\s*[-•‣*]\s+(\S.*?)\s*$")
BUILDING = re.compile(
    r"error in ([A-Za-z0-9._-]+) setup command"
    r"|Building wheels? for (?:collected packages: )?([A-Za-z0-9._-]+)"
    r"|Failed building wheel for ([A-Za-z0-9._-]+)"
    r"|Failed to build(?: installable wheels for some pyproject\.toml based projects \()? ?([A-Za-z0-9._-]+)"
    r"|Could not build wheels for ([A-Za-z0-9._-]+)"
    r"|Running setup\.py (?:install|bdist_wheel|clean) for ([A-Za-z0-9._-]+)"
    r"|[×x] Failed to build `([A-Za-z0-9._-]+)"
    r"|Encountered error while (?:generating package metadata|trying to install package)\. ╰─> ([A-Za-z0-9._-]+)"
)
COLLECTING = re.compile(
    r"^(?:Collecting|Downloading|Using cached|Processing) (?:https?://\S+/|\./|\S*/)?([A-Za-z][A-Za-z0-9._]*(?:-[A-Za-z][\w.]*)*)"
)
SIDE = re.compile(r"(?:The user requested(?: \(constraint\))? (?P<wish>.+)|(?P<who>\S+ \S+) depends on (?P<need>.+))$")
"""One side of a conflict, as pip lists it."""
IN_BUILD = re.compile(
    r"^Step \d+/\d+ :|^#\d+ \[|^ ?=> |\[internal\] load|Sending build context|Executing step ID|acb_step_"
    r"|^ > \[|failed to solve|docker build|buildx|^STEP \d+|az acr build|kaniko|RUN pip install|RUN conda"
    r"|Solving environment|Collecting \w|Building wheel|subprocess-exited-with-error|pip-req-build|pip-install-"
    r"|Preparing metadata|pip\._vendor|pip/_internal|Getting requirements to build|Failed to build|wheel for"
    r"|condaenv\.\w+\.requirements|get_requires_for_build|pip install"
)


def said(line: Line) -> str:
    """The words of a line without the prefix of a build step."""
    return STEP.sub("", line.text).strip()


def _below(place: Place, most: int = NEAR) -> Sequence[Line]:
    return place.lines[place.position + 1 : place.position + 1 + most]


def _above(place: Place, most: int = NEAR) -> Iterator[Line]:
    """The lines before, the nearest first."""
    for position in range(place.position - 1, max(-1, place.position - 1 - most), -1):
        yield place.lines[position]


def some(names: Sequence[str]) -> str:
    """The first names of a list, and how many more there are."""
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _items(place: Place) -> list[str]:
    """The items of the list below a headline; an empty line or a `Specifications:` may stand between."""
    found: list[str] = []
    for line in _below(place):
        item = ITEM.match(line.text)
        if item:
            found.append(item[1])
        elif found or (said(line) and not said(line).endswith(":")):
            break
    return found


def listed_below(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """`packages` and `first` of the list below; refuses where there is none."""
    found = _items(place)
    if not found:
        return None
    names = [re.split(r"[\s\[]", item, maxsplit=1)[0] for item in found]
    return {"packages": some([item[:60] for item in found]), "first": names[0]}


def first_listed(place: Place, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """All `packages` of a list of like lines, at the first of them only."""
    pattern = re.compile(r"nothing provides (?:requested )?(\S+(?: [\d=<>*!][^\s,]*)?)(?: needed by (\S+))?")
    for line in _above(place, 1):
        if pattern.search(line.text):
            return None
    found = [fields["package"]]
    for line in _below(place):
        more = pattern.search(line.text)
        if more is None:
            break
        found.append(more[1].rstrip(","))
    return {"packages": some(list(dict.fromkeys(found)))}


def pip_conflict(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Both sides of `The conflict is caused by:`, told once, at the first line that names a dependency.

    Gives `subject` (the distribution that both want), `need`, `holder`, `other`, `rival`, and `clash`, a title.
    """
    sides: list[tuple[str, str]] = []  # who, what
    begun = False
    first = -1
    begin = max(0, place.position - NEAR)
    for position in range(place.position, begin - 1, -1):
        if "conflict is caused by" in place.lines[position].text:
            begun, begin = True, position
            break
    if not begun:
        return None
    for position in range(begin + 1, min(len(place.lines), begin + NEAR)):
        side = SIDE.search(said(place.lines[position]))
        if side is None:
            break
        sides.append((side["who"] or "the requirements", _plain(side["wish"] or side["need"])))
        if first < 0 and side["who"]:
            first = position
    if place.position != (first if first >= 0 else begin + 1) or not sides:
        return None
    at = place.position - begin - 1
    holder, need = sides[at]
    subject = _name(need)
    rest = [side for number, side in enumerate(sides) if number != at and _name(side[1]) == subject]
    rest = rest or [side for number, side in enumerate(sides) if number != at]
    # A line "A 1.5 depends on A 1.5" says only that an extra belongs to its package.
    who, what = rest[0] if rest else ("another requirement", subject)
    if _name(who) == subject and who != "the requirements":
        who = "the requirements"
    clash = f"`{subject}` conflicts: {holder} wants `{need}`, {who} `{what}`"
    for shorter in (f"`{subject}` conflicts: {holder} wants `{need}`", f"conflicting versions of `{subject}`"):
        clash = clash if len(clash) <= TITLE else shorter
    return {"subject": subject, "need": need, "holder": holder, "other": what, "rival": who, "clash": clash}


def _plain(need: str) -> str:
    return (
        re.sub(r"\s*\(requires-python:.*$", "", need).strip().rstrip(")") if "requires-python" in need else need.strip()
    )


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", requirement)
    return canonicalize_name(found[0]) if found else requirement


def pip_missing(place: Place, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """Why pip found nothing: gives `name`, and `known` where the name is a well-known slip; refuses versions."""
    if fields.get("versions", "none") != "none" or _other_python(place, fields["requirement"]):
        return None
    name = _name(fields["requirement"])
    return {"name": name, "instead": _instead(name), "python": _python(place)}


def pip_version(place: Place, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """The versions that there are: gives `name`, `wanted`, `newest`; refuses where a newer or older Python would do."""
    versions = fields["versions"]
    if versions == "none" or _other_python(place, fields["requirement"]):
        return None
    name = _name(fields["requirement"])
    wanted = fields["requirement"][len(re.match(r"[\w.-]+(?:\[[^]]*])?", fields["requirement"])[0]) :].strip()  # type: ignore[index]
    listed = [version.strip() for version in versions.split(",") if version.strip()]
    return {
        "name": name,
        "wanted": wanted or "any",
        "newest": listed[-1],
        "oldest": listed[0],
        "python": _python(place),
    }


def pip_python(place: Place, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """A version that exists, but for another Python: gives `name`, `wanted`, `needs`; refuses when none is ignored."""
    needs = _other_python(place, fields["requirement"])
    if not needs:
        return None
    name = _name(fields["requirement"])
    return {"name": name, "needs": needs, "python": _python(place)}


def _other_python(place: Place, requirement: str) -> str:
    """What Python the wanted version needs, told by pip's line about ignored versions above; empty when not."""
    for line in _above(place, 12):
        text = said(line)
        if "require a different python version" not in text:
            if "Could not find a version" in text or text.startswith("Collecting"):
                return ""
            continue
        ignored = re.findall(r"(\S+) Requires-Python ([^;]+)", text)
        try:
            wanted = Requirement(requirement.split(" (from")[0])
            fit = [spec for version, spec in ignored if wanted.specifier.contains(Version(version), prereleases=True)]
        except (InvalidRequirement, InvalidVersion):
            fit = [spec for _, spec in ignored]
        return fit[-1].strip() if fit else ""
    return ""


def _instead(name: str) -> str:
    """The right name for a well-known wrong one, empty otherwise."""
    from checks.dependencies.names import rows

    right = next((row[1] for row in rows("wrong_names") if canonicalize_name(row[0]) == name), "")
    return f" (`{right}` is the name of the package that one imports as `{name}`)" if right else ""


def _python(place: Place) -> str:
    """The version of Python that the build uses, as `Python 3.7`, or `the image's Python`."""
    pattern = re.compile(
        r"(?:lib/python|[Pp]ython[= ]{1,3}|python:|-cp)(?P<major>[23])(?P<dot>\.?)(?P<minor>\d{1,2})(?=[\s./:;_-]|$)"
    )
    for line in [place.lines[place.position], *_above(place, FAR)]:
        found = pattern.search(line.text)
        if found:
            return f"Python {found['major']}.{found['minor']}"
    return "the image's Python"


def package_in_work(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """`package`: what pip was building when the line was written; refuses outside of builds."""
    if not in_build(place):
        return None
    return {"package": building(place) or "a package"}


def building(place: Place) -> str:
    """The distribution whose build the line belongs to, empty when the log does not tell."""
    for line in [place.lines[place.position], *_below(place)]:
        found = BUILDING.search(line.text)
        if found and ("ailed" in found[0] or "not build" in found[0] or "Encountered" in found[0]):
            return next(name for name in found.groups() if name)
    for line in _above(place, FAR):
        found = BUILDING.search(line.text) or COLLECTING.search(said(line))
        if found:
            return next(name for name in found.groups() if name)
    return ""


def in_build(place: Place) -> bool:
    """True when lines around say that an image or a package is being built."""
    window = place.lines[max(0, place.position - FAR) : place.position + NEAR]
    return any(IN_BUILD.search(line.text) for line in window)


def only_in_build(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses outside of builds."""
    return {} if in_build(place) else None


def needed(place: Place, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """The Debian package (`apt`) of a header, library or tool that a build lacks (build_needs.tsv), and `package`.

    Headers of the package's own source (`fatal error: foo_internal.h`) have no row: `apt` is then a placeholder.
    """
    if not in_build(place):
        return None
    from checks.dependencies.names import rows

    wanted = fields["need"].strip("'\"`").rsplit("/bin/", 1)[-1]
    known = {row[0]: row[1] for row in rows("build_needs")}
    apt = known.get(wanted) or known.get(wanted.rsplit("/", 1)[-1]) or f"<Debian package of {wanted}>"
    package = building(place)
    return {"apt": apt, "package": package, "of": f" to build `{package}`" if package else ""}


def apt_package(place: Place, fields: Mapping[str, str]) -> Mapping[str, str]:
    """What replaced a package that Debian or Ubuntu dropped (apt_gone.tsv): `instead`, `reason`.

    Where apt-get update did not run before, that is the likelier reason.
    """
    from checks.dependencies.names import rows

    name = fields["package"]
    gone = next((row for row in rows("apt_gone") if row[0] == name), None)
    if gone:
        return {"instead": gone[1], "reason": f"`{name}` is absent from {gone[2]}; `{gone[1]}` took its place"}
    fresh = any(re.search(r"^(?:Get|Hit|Ign):\d+ |Reading package lists", said(line)) for line in _above(place, FAR))
    lists = "is not in the package lists of this release" if fresh else "is not in the package lists, or they were not"
    return {
        "instead": f"<name in this release, for {name}>",
        "reason": f"`{name}` {lists}" + ("" if fresh else " downloaded (`apt-get update` did not run)"),
    }


def log_ends(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses when anything is said after this line."""
    return None if any(line.text.strip() for line in place.lines[place.position + 1 :][:NEAR]) else {}


UNSOLVED = re.compile(r"UnsatisfiableError|Could not solve for environment specs|packages are incompatible")
CLASHES = (
    re.compile(
        r"package (?P<name>[\w.-]+?)-\d[\w.!]*-\S+ (?:requires|has constraint) (?P<need>[^,]+(?:,[<>=!][^, ]+)*)"
    ),
    re.compile(
        r"[├└]─ *(?P<name>[\w.-]+) .*is (?:not|un)installable(?: because it (?:requires|would require))?(?P<need>)"
    ),
    re.compile(r"cannot install both (?P<name>\S+) and (?P<need>\S+)"),
    re.compile(r"^Package (?P<name>[\w.-]+) conflicts for(?P<need>)"),
    re.compile(r"^- (?P<name>[\w.-]+)\S* -> (?P<need>[\w.-]+\S*)"),
    re.compile(r"^(?:-|[├└]─) *(?P<name>[\w.-]+)(?P<need>)"),
)
"""How the solvers name who cannot be installed, and what it needs; the most telling form first."""


def conda_clash(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Which package does not fit (`first`), and conda's own words (`details`); told once of several headlines."""
    if any(UNSOLVED.search(line.text) for line in _above(place)):
        return None
    below = [said(line) for line in _below(place)]
    details = [re.sub(r"^[-├└│─ ]+", "", text).rstrip(":;,. ") for text in below if re.match(r"[-•├└│]|Package ", text)]
    for form in CLASHES:
        found = next((found for text in below if (found := form.search(text))), None)
        if found:
            needs = f", which needs `{found['need'].strip()}`," if found["need"] else ""
            return {"first": found["name"], "needs": needs, "details": "; ".join(details[:4])[:240]}
    return None


def uv_reason(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """The reason that uv gives, which it wraps over lines, as `details`; `first` is the requirement named first."""
    if any("Because" in line.text for line in _above(place, 12)):
        return None
    words: list[str] = []
    for line in place.lines[place.position : place.position + 20]:
        text = re.sub(r"^[\W]*(?=\w)|\s+$", "", said(line).replace("cause:", ""))
        if not text or text.startswith(("ERROR", "hint:", "exit code")):
            break
        words.append(text)
    details = " ".join(words)
    first = re.search(r"[A-Za-z][\w.-]*(?:\[[\w,]+\])?(?:[<>=!~]=?[\w.*]+)", details)
    named = re.search(r"Because (?:there (?:is|are) no versions? of )?(\S+)", details)
    subject = first[0] if first else named[1] if named else "the requirements"
    return {"details": details[:300].rstrip(". "), "first": subject.rstrip(",.")}


def conda_python(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """A package that conda has only for other versions of Python: `package`, `python`."""
    mine = re.compile(
        r"^(?:[-•]|[├└│]─+)?\s*(?P<package>[\w.-]+)[^>]*-> python(?:\[version='(?P<spec>[^']+)'\]|(?P<plain>\S*))"
    )
    package = spec = python = ""
    for line in _below(place):
        text = said(line)
        found = mine.match(text)
        if found and not package:
            package, spec = found["package"], found["spec"] or found["plain"] or ""
        own = re.match(r"Your python: python(\S*)", text)
        if own:
            python = own[1].lstrip("=")
            break
    return {"package": package, "spec": spec, "python": python or "the one pinned"} if package else None


def build_cut(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses when the log of a registry's task tells how the task ended, or what went wrong in it."""
    ended = re.compile(
        r"(?i)Run ID: \w+|Successfully (?:executed container|tagged|pushed)|failed to run step|No retries remaining"
        r"|returned a non-zero code|\b(?:error|failed|fatal|denied|killed)\b|exit (?:status|code)"
    )
    if any(ended.search(line.text) for line in place.lines[place.position + 1 :]):
        return None
    return {} if len(place.lines) - place.position > 2 else None


def encoding_of_requirements(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses unless pip's or conda's reader of requirements stands just above."""
    reading = re.compile(r"req_file\.py|parse_requirements|auto_decode|conda_env|conda/env|conda env|read_requirements")
    return {} if any(reading.search(line.text) for line in _above(place)) else None


def imported_by_setup(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """The package whose setup imports a module that is absent; refuses when it is no setup that imports."""
    return {"package": building(place) or "a package"} if _in_setup(place) else None


def raised_by_setup(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """`package`; refuses when the exception does not come from the setup of a package."""
    return {"package": building(place) or "a package"} if _in_setup(place) else None


SETUP = re.compile(
    r"setup\.py|get_requires_for_build|build_meta|egg_info|Getting requirements to build|pip-install-|pip-req-build"
    r"|Preparing metadata|lines of output|pip-build-env|python setup"
)


def _in_setup(place: Place) -> bool:
    """True when pip runs the setup of a package in the lines above, and no later step has begun."""
    for number, line in enumerate(_above(place, NEAR)):
        if SETUP.search(line.text):
            return True
        if re.match(r"\s*Successfully (?:built|installed) [A-Za-z]", said(line)):
            return False
        if number and re.match(r"\s*(?:\w+ +)?Traceback \(most recent", said(line)):
            # The line that heads the traceback decides: pip announces its subprocess just above.
            above = place.lines[max(0, place.position - number - 12) : place.position - number - 1]
            return any(SETUP.search(other.text) or "subprocess" in other.text for other in above)
    return False


def invalid_metadata(place: Place, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """The `package` that newer pip refuses, told once."""
    name = fields.get("package") or fields.get("package2", "").partition("=")[0]
    for line in _above(place, 6):
        if "invalid metadata" in line.text:
            return None
    return {"package": name} if name else None


def not_a_blob(_: Place, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses addresses of storage accounts: their refusals have causes of their own."""
    return None if ".blob.core" in fields.get("url", "") else {}


def not_the_firewall(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses what a registry's firewall says: that has a cause of its own."""
    return None if "not allowed access" in place.lines[place.position].text else {}


def in_pip_or_conda(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses unless the code of pip or conda stands in the lines just above."""
    own = re.compile(r"/pip/_(?:internal|vendor)/|pip\._vendor|conda/|^Collecting |Downloading \S+\.whl|pip subprocess")
    return {} if any(own.search(said(line)) for line in [place.lines[place.position], *_above(place, 40)]) else None


def of_the_index(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses retries that are not pip's, and all but the first of a row."""
    text = place.lines[place.position].text
    pip = re.compile(r"/simple/|pip\._vendor|\bpypi\b|_packaging/|/whl/|pytorch")
    mine = pip.search(text) or "Retrying (Retry(total" in text
    if not mine and not any("pip/_vendor" in line.text for line in _above(place, 12)):
        return None
    if not in_build(place):
        return None
    told = re.compile(r"after connection broken by|urllib3\.exceptions\.")
    return None if any(told.search(line.text) for line in _above(place)) else {}


def unmet(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Told once, at the first of apt's two lines."""
    return None if any("unmet dependencies" in line.text for line in _above(place, 30)) else {}


def asks_in_vain(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses when the step goes on after the question."""
    if "Abort" in place.lines[place.position].text:
        return {}
    on = re.compile(r"^(?:Get:\d|Setting up|Unpacking|Downloading|Preparing transaction|Selecting previously|Fetched)")
    return None if any(on.search(said(line)) for line in _below(place)) else {}


FROM = re.compile(
    r"^Step \d+/\d+ : ?FROM|^FROM |load metadata for|failed to solve|^STEP \d+(?:/\d+)?: FROM|error building image"
    r"|Dockerfile:\d|\[internal\]|docker build|Sending build context|acb_step_|base image"
)


def of_the_base(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses unless an image is being built: kubelets and servers pull too. Pushes have words of their own."""
    here = [place.lines[place.position], *_above(place, 30)]
    if any(re.search(r"kubelet|The push refers to|Warning +Failed|Pulling image", line.text) for line in here):
        return None
    return {} if any(FROM.search(said(line)) or FROM.search(line.text) for line in here) else None


def command_of_step(place: Place, fields: Mapping[str, str]) -> Mapping[str, str] | None:
    """The Debian package of a command that a RUN step lacks; refuses outside of Dockerfiles, and where it went on."""
    if not in_build(place):
        return None
    failed = re.compile(r"non-zero code|did not complete successfully|exit (?:status|code)|executor failed")
    below = _below(place)
    if below and any(line.text.strip() for line in below) and not any(failed.search(line.text) for line in below):
        return None
    return needed(place, fields)


def of_a_push(place: Place, _: Mapping[str, str]) -> Mapping[str, str] | None:
    """Refuses what is denied to a pull."""
    here = [place.lines[place.position], *_above(place, 30)]
    if re.search(r"pull access denied|kubelet|[Pp]ulling", here[0].text):
        return None
    return {} if any(re.search(r"(?i)\bpush|upload|does not exist locally", line.text) for line in here) else None


READERS: dict[str, Reader] = {
    "build_cut": build_cut,
    "encoding_of_requirements": encoding_of_requirements,
    "imported_by_setup": imported_by_setup,
    "raised_by_setup": raised_by_setup,
    "invalid_metadata": invalid_metadata,
    "not_a_blob": not_a_blob,
    "not_the_firewall": not_the_firewall,
    "in_pip_or_conda": in_pip_or_conda,
    "of_the_index": of_the_index,
    "unmet": unmet,
    "asks_in_vain": asks_in_vain,
    "of_the_base": of_the_base,
    "command_of_step": command_of_step,
    "of_a_push": of_a_push,
    "listed_below": listed_below,
    "first_listed": first_listed,
    "pip_conflict": pip_conflict,
    "pip_missing": pip_missing,
    "pip_version": pip_version,
    "pip_python": pip_python,
    "package_in_work": package_in_work,
    "only_in_build": only_in_build,
    "needed": needed,
    "apt_package": apt_package,
    "log_ends": log_ends,
    "conda_clash": conda_clash,
    "conda_python": conda_python,
    "uv_reason": uv_reason,
}
"""The readers of this file by the name that signatures use."""
