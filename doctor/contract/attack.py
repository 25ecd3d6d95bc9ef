"""Payloads made from the contract, valid ones and slightly invalid ones, run through the probe until one shows
something; then made as small as possible.

Hypothesis makes and shrinks them, in doctor's own process; the service stays in a child. Nothing is written to disk
beside the child's own scratch folder, and the same seed makes the same payloads.
"""

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from checks.contract.answering import NOT_JSON, fault_of, value_of
from checks.contract.body import bodies
from checks.contract.contracts import Contract
from checks.contract.records import Attack, Json, Tried
from checks.evidence import Evidence, Missing
from checks.runtime.error_texts import error_text
from doctor.contract.payload_mutations import KINDS, Mutation, edges, encode, mutations, simpler
from doctor.contract.payload_shape import NotTold, Shape, of_sample, shape_of
from doctor.contract.service_child import Answer, NotServing, Service
from doctor.probe.launcher import Rehearsal
from doctor.redact import redact

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

EXAMPLES = 100  # payloads that are tried, half of them invalid
SECONDS = 30.0  # that an attack may take
PATIENCE = 5.0  # seconds until a request counts as never answered
MOST_TOLD = 8  # of each kind
MOST_STARTS = 25  # of the service; each payload that ends it costs one
MOST_ENDINGS = 5  # in one stage: then it is over
MOST_EDGES = 20  # requests at the ends of what is allowed
MOST_REDUCING = 20  # requests for the same of one that ends the service
SHRINKING = 200  # requests for making one payload smaller
MOST_TEXT = 2_000  # characters of a payload or an answer that are kept
LONGEST_HEADLINE = 400
_NOWHERE = "/dev/null/hypothesis"  # Hypothesis keeps caches there, and does without where it cannot

Key = tuple[str, str, int | None]
Where = Literal["failed", "accepted", "ended", "answers"]
Verdict = tuple[Where, Key, Tried]
_Identity = tuple[Where, Key]


def like_samples(evidence: Evidence) -> list[Contract]:
    """What the samples of an undecorated script suggest that it takes: one contract for each that is JSON."""
    return [of_sample(one.sample.source, one.value) for one in bodies(evidence) if one.is_json]


def attack(
    rehearsal: Rehearsal,
    contract: Contract,
    *,
    examples: int = EXAMPLES,
    seconds: float = SECONDS,
    seed: int = 0,
    patience: float = PATIENCE,
) -> Attack | Missing:
    """Try payloads that the contract allows and some that it forbids. The same seed tries the same payloads.

    The service is loaded once and stays; a payload that ends its process is a failure like others, and it is loaded
    anew. `seconds` count from when it is loaded; `patience` are those that one request may take. Missing says why
    nothing was tried: no contract that says anything, init() fails, no interpreter.
    """
    if rehearsal.batch:
        return Missing(reason="a batch script takes files, and no payloads")
    try:
        shape = shape_of(contract)
        strategies = _strategies(shape)
    except NotTold as why:
        return Missing(reason=f"no payloads can be made: {why}")
    with Service(rehearsal, patience=patience, starting=rehearsal.timeout, lifetime=seconds + patience) as service:
        hunt = _Hunt(service, contract, shape, seed, seconds)
        try:
            service.start()
            hunt.all(strategies, examples)
        except NotServing as why:
            if not hunt.answers:
                return Missing(reason=redact(str(why)))
            hunt.problem = f"after {len(hunt.answers)} payloads {redact(str(why))}"
        except _Enough as enough:
            hunt.problem = str(enough)
    return hunt.report()


@dataclass(frozen=True)
class _Strategies:
    near: "SearchStrategy[Json]"
    made: "SearchStrategy[Json]"


def _strategies(shape: Shape) -> _Strategies:
    """Raises NotTold for a schema that Hypothesis cannot make values of."""
    from doctor.contract.payload_strategies import payloads

    try:
        with _without_files():
            made = _Strategies(payloads(shape, "near"), payloads(shape, "made"))
            made.near.validate()
            made.made.validate()
    except Exception as error:  # of the libraries: patterns of another dialect, contradictions, unknown words
        words = str(error).strip().splitlines() or [type(error).__name__]
        raise NotTold(f"the schema is not understood: {words[0][:200]}") from error
    return made


class _Enough(BaseException):
    """The attack is over: the text is the reason. No Exception, for Hypothesis would take it for a failing payload."""


class _StageOver(_Enough):
    """One stage has used up its share."""


class _Shown(Exception):
    """A payload shows what is looked for."""


@dataclass
class _Hunt:
    service: Service
    contract: Contract
    shape: Shape
    seed: int
    seconds: float
    began: float = field(default_factory=time.monotonic)
    answers: dict[bytes, Answer] = field(default_factory=dict)
    valid: set[bytes] = field(default_factory=set)
    found: dict[Where, dict[Key, Tried]] = field(
        default_factory=lambda: {"failed": {}, "accepted": {}, "ended": {}, "answers": {}}
    )
    settled: set[tuple[Where, Key]] = field(default_factory=set)  # what earlier stages have shown
    usual: set[Key] = field(default_factory=set)  # what is wrong with the answer to the contract's own example
    problem: str | None = None
    requests_left: int = 0
    starts_left: int = 0
    hurried: bool = False  # a stage was over before its end, for want of time
    until: float = 0.0

    def all(self, strategies: _Strategies, examples: int) -> None:
        """The stages: the surest first, so that a payload near the example stands for those far from it."""
        self.began = time.monotonic()
        half = max(examples // 2, 1)
        self._share(1.0, len(self.contract.examples))
        for example in self.contract.examples[:3]:
            self._examine(self._judge_valid(encode(example), "example", example))
        self._stage(
            strategies.near, max(half // 4, 1), 0.25, lambda made: self._judge_valid(encode(made), "near", made)
        )
        self._stage(strategies.made, half, 0.6, lambda made: self._judge_valid(encode(made), "made", made))
        self._edges()
        self._invalid(strategies, half)
        self._reduce()

    def _edges(self) -> None:
        """No rows, many, long texts: only what the script itself makes of it counts, not what refuses it before."""
        for example in self.contract.examples[:1]:
            self._share(0.7, MOST_EDGES)
            for why, change in edges(self.shape):
                with contextlib.suppress(KeyError, IndexError, TypeError, _StageOver):
                    body = change(example)
                    verdict = self._judge_valid(body, "edge", value_of(body.decode()), why)
                    if verdict is not None and self._is_new(verdict):
                        self._examine(verdict)
                        self.settled.add(verdict[:2])

    def _invalid(self, strategies: _Strategies, count: int) -> None:
        """Each mutation once, on the example; what shows something is made small; then any on any payload."""
        from hypothesis import strategies as st

        every = _in_turn(mutations(self.contract, self.shape))
        if not every:
            return
        base = self.contract.examples[0] if self.contract.examples else None
        tried = every[:count] if base is not None else ()
        for mutation in tried:
            self._share(0.95, 1)
            with contextlib.suppress(KeyError, IndexError, TypeError, AttributeError, _StageOver):
                verdict = self._judge_invalid(base, mutation)
                if verdict is not None and self._is_new(verdict):
                    judge = self._judge_of(mutation)
                    self._stage(strategies.near, 2, 0.95, judge)
        rest = count - len(tried)
        pairs = st.tuples(strategies.near, st.sampled_from(every))
        if rest > 0:
            self._stage(pairs, rest, 0.95, lambda pair: self._judge_invalid(*pair))

    def _reduce(self) -> None:
        """Make payloads that end the service smaller: one row, then the example's values wherever it still ends."""
        for key, tried in list(self.found["ended"].items()):
            self._share(1.0, MOST_REDUCING)
            value = value_of(tried.payload)
            if value is NOT_JSON or not tried.valid or tried.origin == "example":
                continue
            with contextlib.suppress(_StageOver):
                pending = list(simpler(self.shape, value))
                while pending:
                    smaller = pending.pop(0)
                    verdict = self._judge_valid(encode(smaller), tried.origin, smaller)
                    if verdict is not None and verdict[:2] == ("ended", key):
                        self.found["ended"][key] = verdict[2]
                        pending = list(simpler(self.shape, smaller))
                self.found["ended"][key] = _replaced(self.found["ended"][key], smallest=True)

    def _judge_of(self, mutation: Mutation) -> "Callable[[Json], Verdict | None]":
        return lambda made: self._judge_invalid(made, mutation)

    def _stage(
        self, strategy: "SearchStrategy[Any]", count: int, share: float, judge: "Callable[[Any], Verdict | None]"
    ) -> None:
        """Make payloads until `count` have been tried, then shrink those that show something new, one by one.

        A run that looks for a failure ends soon after the first. So the first run only looks, and each that follows
        makes the same payloads and fails at one thing alone. What ends the service is left to `_reduce`.
        """
        self._share(share, count)
        seen: list[_Identity] = []
        self._drive(strategy, count, judge, None, seen)
        for identity in seen:  # which may grow
            where, key = identity
            if where != "ended":
                self._share(share, SHRINKING)
                if self._drive(strategy, count, judge, identity, seen):
                    self.found[where][key] = _replaced(self.found[where][key], smallest=True)
            self.settled.add(identity)

    def _drive(
        self,
        strategy: "SearchStrategy[Any]",
        count: int,
        judge: "Callable[[Any], Verdict | None]",
        target: _Identity | None,
        seen: list[_Identity],
    ) -> bool:
        """Let Hypothesis make payloads, and shrink the one that shows `target`. False when it was broken off."""
        from hypothesis import HealthCheck, Phase, Verbosity, errors, given, seed, settings

        @seed(self.seed)
        @settings(
            database=None, max_examples=count, deadline=None, phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet, print_blob=False,
        )  # fmt: skip
        @given(strategy)
        def one(made: Any) -> None:
            verdict = judge(made)
            if verdict is None or not self._is_new(verdict):
                return
            identity = verdict[:2]
            if identity not in seen:
                seen.append(identity)
                self._examine(verdict)
            elif identity == target:
                self._examine(verdict)
            if identity == target:
                raise _Shown

        try:
            with _without_files():
                one()
        except _Shown:
            return True
        except _StageOver:
            return False
        except BaseExceptionGroup as group:
            strange = [one for one in _alone(group) if not isinstance(one, _Shown | _StageOver)]
            if strange:
                raise strange[0] from None
            return False
        except errors.HypothesisException as error:
            self.problem = self.problem or f"not all payloads were made: {str(error).splitlines()[0][:200]}"
            return False
        return True

    def _share(self, share: float, requests: int) -> None:
        """What the next stage may use: until a share of all the time, and so many requests."""
        self.until = self.began + self.seconds * share
        self.requests_left = requests
        self.starts_left = MOST_ENDINGS

    def _ask(self, body: bytes) -> Answer:
        """The answer to a payload; the same payload is sent once."""
        known = self.answers.get(body)
        if known is not None:
            return known
        now = time.monotonic()
        if now >= self.began + self.seconds:
            raise _Enough(f"the time was over after {len(self.answers)} payloads")
        if self.service.starts >= MOST_STARTS:
            raise _Enough(f"the service was started {MOST_STARTS} times, and that is enough")
        self.hurried = self.hurried or now >= self.until
        if now >= self.until or self.requests_left <= 0 or self.starts_left <= 0:
            raise _StageOver
        self.requests_left -= 1
        answer = self.service.ask(body)
        self.starts_left -= answer.ended
        self.answers[body] = answer
        return answer

    def _is_new(self, verdict: Verdict) -> bool:
        """Whether it shows what no earlier stage has shown, and there is room for one more."""
        where, key, _ = verdict
        return (where, key) not in self.settled and self._has_room(where, key)

    def _has_room(self, where: Where, key: Key) -> bool:
        """Kinds of forbidden payloads are few; what fails can fail in any number of ways."""
        return where == "accepted" or key in self.found[where] or len(self.found[where]) < MOST_TOLD

    def _examine(self, verdict: Verdict | None) -> None:
        """Keep the last payload that shows a thing."""
        if verdict is None:
            return
        where, key, tried = verdict
        if tried.origin == "example":
            self.settled.add((where, key))
            if where == "answers":
                self.usual.add(key)
        if self._has_room(where, key):
            self.found[where][key] = tried  # Hypothesis ends with the smallest

    def _judge_valid(
        self, body: bytes, origin: Literal["example", "near", "edge", "made"], value: Json, why: str = ""
    ) -> Verdict | None:
        """What the answer to a payload shows that the contract allows."""
        self.valid.add(body)
        answer = self._ask(body)
        tried = _tried(body, answer, valid=True, why=why, origin=origin)
        key = (answer.kind, "", answer.line)
        if answer.ended:
            slow = origin == "edge" and answer.outcome == "timeout"  # much work takes long, and is no fault
            return None if slow else ("ended", key, tried)
        status = answer.status or 500
        if answer.outcome != "passed" or status >= 400:
            refused = answer.outcome == "passed" and status < 500  # by the script itself, as it should
            unasked = origin == "edge" and answer.line is None
            if (refused and origin != "example") or unasked:
                return None
            return "failed", key, tried
        returned = answer.returned
        if returned is None or returned.text is None:
            return None
        if (text := error_text(returned)) is not None:
            told = _replaced(tried, headline=redact(text)[:LONGEST_HEADLINE])
            return "failed", ("error text", text.partition(":")[0][:60], None), told
        given = value_of(returned.text)
        if given is NOT_JSON or value is NOT_JSON or len(returned.text) >= 200_000:
            return None
        fault = fault_of(self.contract, value, given)
        empty = origin == "edge" and fault is not None and fault[0] == "rows"  # of no rows, anything may be said
        if fault is None or empty or (fault[0], "", None) in self.usual:
            return None
        told = _replaced(tried, why=redact(fault[1])[:LONGEST_HEADLINE], answer=_kept(returned.text))
        return "answers", (fault[0], "", None), told

    def _judge_invalid(self, value: Json, mutation: Mutation) -> Verdict | None:
        """What the answer to a payload shows that the contract forbids."""
        body = mutation.change(value)
        if body in self.valid:
            return None
        answer = self._ask(body)
        tried = _tried(body, answer, valid=False, why=mutation.why, origin="made")
        if answer.ended:
            return "ended", (answer.kind, "", answer.line), tried
        if not mutation.counts or answer.outcome != "passed" or answer.status != 200 or answer.returned is None:
            return None
        text = error_text(answer.returned)
        if text is not None:
            tried = _replaced(tried, headline=redact(text)[:LONGEST_HEADLINE])
        return "accepted", (mutation.kind, "", None), _replaced(tried, answer=_kept(answer.returned.text or ""))

    def report(self) -> Attack:
        """All that was seen."""
        valid = len(self.valid & self.answers.keys())
        accepted = sorted(self.found["accepted"].items(), key=lambda item: KINDS.index(item[0][0]))
        told = {where: tuple(found.values()) for where, found in self.found.items()}
        if self.hurried and self.problem is None:
            self.problem = f"the time was over after {len(self.answers)} payloads"
        return Attack(
            tried=len(self.answers),
            valid=valid,
            invalid=len(self.answers) - valid,
            valid_failed=told["failed"],
            invalid_accepted=tuple(tried for _, tried in accepted[:MOST_TOLD]),
            ended=told["ended"],
            answers=told["answers"],
            seconds=round(time.monotonic() - self.began, 2),
            seed=self.seed,
            problem=self.problem,
        )


def _tried(
    body: bytes, answer: Answer, *, valid: bool, why: str, origin: Literal["example", "near", "edge", "made"]
) -> Tried:
    return Tried(
        payload=_kept(body.decode("utf-8", "replace")),
        valid=valid,
        why=why,
        status=answer.status,
        headline=redact(answer.headline)[:LONGEST_HEADLINE] or None,
        line=answer.line,
        code=redact(answer.code),
        origin=origin,
    )


def _replaced(tried: Tried, **fields: Any) -> Tried:
    import msgspec

    return msgspec.structs.replace(tried, **fields)


def _kept(text: str) -> str:
    """Redacted, and cut where it is long."""
    clean = redact(text[: 2 * MOST_TEXT])
    return clean if len(clean) <= MOST_TEXT else f"{clean[:MOST_TEXT]}…"


def _in_turn(every: tuple[Mutation, ...]) -> tuple[Mutation, ...]:
    """One of each kind, then the second of each, so that the first few are of many kinds."""
    seen: dict[str, int] = {}
    order = []
    for position, one in enumerate(every):
        seen[one.kind] = seen.get(one.kind, 0) + 1
        order.append((seen[one.kind], position))
    return tuple(every[position] for _, position in sorted(order))


def _alone(error: BaseException) -> Iterator[BaseException]:
    """The single exceptions of nested groups, those that say that it is enough first."""
    if isinstance(error, BaseExceptionGroup):
        every = [one for each in error.exceptions for one in _alone(each)]
        yield from sorted(every, key=lambda one: not isinstance(one, _Enough))
    else:
        yield error


@contextlib.contextmanager
def _without_files() -> Iterator[None]:
    """Keep Hypothesis from writing a folder of its own into the working directory."""
    from hypothesis import configuration

    name = "__hypothesis_home_directory"
    before = getattr(configuration, name, None)
    configuration.set_hypothesis_home_dir(_NOWHERE)
    try:
        yield
    finally:
        configuration.set_hypothesis_home_dir(before)
