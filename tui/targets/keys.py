"""How the screen `targets` is used: its help and its keys."""

from textual.binding import Binding, BindingType

from tui.keys import unseen

HELP = """\
What can be diagnosed, and how it stands now: what was diagnosed last, the scripts, manifests and descriptions below
this folder, Docker containers, the clusters of the kubeconfig, saved reports and logs. What is in trouble stands first.

**Enter** or a click diagnoses a target; on a context or namespace it opens what is inside, and closes it again.
**Delete** takes a recent target off the list; the target itself stays as it is.
**/** goes to the filter: letters may be left out, and kinds and states count (`crash`, `unhealthy`, `script`).

A target that is not in the list can be typed there in full, and Enter opens it: a path, a URL, `docker NAME`,
`k8s deployment/NAME -n NAMESPACE`. What cannot be reached says why; Enter there tries again.

Containers follow the events of the engine. A namespace is listed every few seconds, while it is open and in sight.
"""
KEYS: list[BindingType] = [
    Binding("slash", "filter", "Filter", id="targets.filter", tooltip="Filter the list, or type a target in full"),
    Binding("ctrl+r", "look", "Look again", id="targets.look", tooltip="Read folder and kubeconfig anew", show=False),
    *unseen("f", "r", "w", "y", "m", "b", "x"),
]
