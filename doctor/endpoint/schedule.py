"""Which requests are made of a service, and in which order."""

import asyncio
import json
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import msgspec

from checks.http.records import Call
from doctor.content_types import kind_of_body
from doctor.endpoint.asking import Asker, Wanted, quiet
from doctor.endpoint.handshake import looking
from doctor.endpoint.proxies import proxy_for
from doctor.endpoint.reaching import Way
from doctor.probe.launcher import Payload

WRONG_KEY = "doctor0tries0a0key0that0is0wrong0"
"""Sent once, to see whether keys are looked at. It is made up."""
_OTHER_VERSION = "Swagger version [2] is not supported"
"""Source: azureml-inference-server-http 1.5.1, `server/swagger.py`."""
_MOST_OF_SERIES = 2000  # characters of each body of the series
_LONGEST_SERIES = 100
_TRIES_AGAIN = 3  # after a failure
_NOT_TWICE = 2.0  # seconds: a failure that took longer is not asked for again
_OF_SERVER = frozenset({424, 500, 502, 503})
_ELSEWHERE = ("not-http", "closed", "reset", "refused", "timeout", "cut")
"""Problems of a plain request behind which TLS may stand."""


def ask(way: Way, context: ssl.SSLContext) -> tuple[list[Call], bytes]:
    """The calls that were made, and the description that was served: its bytes, empty without one."""
    schedule = _Schedule(way, context)
    with quiet():
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return asyncio.run(schedule.all())
        with ThreadPoolExecutor(1) as aside:  # a notebook has a loop of its own, which cannot run another
            return aside.submit(lambda: asyncio.run(schedule.all())).result()


class _Schedule:
    def __init__(self, way: Way, context: ssl.SSLContext) -> None:
        self._way = way
        # Behind a certificate that is refused one only looks: without a key, without a payload.
        context = context if way.trusted else looking()
        self._key = way.key if way.trusted else None
        self._asker = Asker(way.address, way.leads, context, way.proxy, way.secrets)
        self._calls: list[Call] = []
        self._served = b""

    async def all(self) -> tuple[list[Call], bytes]:
        """Everything, in the order of what tells most."""
        way = self._way
        if way.connected and not way.unlike:
            way.listen("asking for health, description, CORS")
            await asyncio.gather(self._health(), self._swagger(), self._options())
            if way.trusted:
                await self._scores()
                await self._keys()
                await self._series()
        if self._other_scheme_may_help():
            await self._plain()
        order = ("health", "swagger", "preflight", "empty", "score", "no-key", "wrong-key", "series", "plain")
        return sorted(self._calls, key=lambda call: order.index(call.purpose)), self._served

    async def _ask(self, wanted: Wanted, *, tell: bool = True) -> tuple[Call, bytes] | None:
        """One request. Of several at once, whoever makes them has told: a step ends where the next one begins."""
        if self._way.deadline.over:
            self._way.listen(f"no time is left for {wanted.method} {wanted.path}")
            return None
        if tell:
            self._way.listen(f"{wanted.method} {wanted.path}")
        call, content = await self._asker.ask(wanted, self._way.limit)
        self._calls.append(call)
        return call, content

    def _headers(self) -> dict[str, str]:
        named = self._way.wishes.deployment
        return {"azureml-model-deployment": named} if named else {}

    async def _health(self) -> None:
        await self._ask(
            Wanted("health", "GET", self._way.address.base, headers=self._headers(), key=self._key), tell=False
        )

    async def _swagger(self) -> None:
        path, headers = self._way.address.swagger, self._headers()
        got = await self._ask(Wanted("swagger", "GET", path, headers=headers, key=self._key), tell=False)
        if got and got[0].status == 404 and _OTHER_VERSION in got[0].body:
            again = Wanted("swagger", "GET", path, "version=3", headers=headers, key=self._key)
            got = await self._ask(again, tell=False)
        if got and got[0].status == 200 and got[0].problem is None and _is_object(got[1]):
            self._served = got[1]

    async def _options(self) -> None:
        """The preflight of a browser, which carries no key; without a sample, also what the scoring path allows."""
        wishes, path = self._way.wishes, self._way.address.path
        asked = {
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,content-type",
        }
        await self._ask(Wanted("preflight", "OPTIONS", path, headers={"origin": wishes.origin, **asked}), tell=False)
        if not wishes.payloads:
            await self._ask(Wanted("empty", "OPTIONS", path, headers=self._headers(), key=self._key), tell=False)

    def _scoring(self, payload: Payload) -> Wanted:
        return Wanted(
            "score", "POST", self._way.address.path, body=payload.body, key=self._key, sample=payload.source,
            headers={"content-type": kind_of_body(payload.body, payload.source), **self._headers()},
        )  # fmt: skip

    async def _scores(self) -> None:
        for payload in self._way.wishes.payloads:
            await self._ask(self._scoring(payload))

    async def _keys(self) -> None:
        """No key and a wrong one: of the description, since a service that looks at no key would score again."""
        if self._key is None:
            return
        path, headers = self._way.address.swagger, self._headers()
        self._way.listen("asking without a key and with a wrong one")
        await asyncio.gather(
            self._ask(Wanted("no-key", "GET", path, headers=headers), tell=False),
            self._ask(Wanted("wrong-key", "GET", path, headers=headers, key=WRONG_KEY), tell=False),
        )

    async def _series(self) -> None:
        """The first payload that was answered well, again and again over one connection, until something fails.

        Where the server failed, the first of those a few times more: one replica of several may be broken.
        """
        way = self._way
        scored = [call for call in self._calls if call.purpose == "score"]
        good = next((call for call in scored if _is_good(call)), None)
        again = good or next((call for call in scored if _may_vary(call)), None)
        payload = next((one for one in way.wishes.payloads if again and one.source == again.sample), None)
        if payload is None:
            return
        most = min(way.wishes.series, _LONGEST_SERIES if good else _TRIES_AGAIN)
        wanted = replace(self._scoring(payload), purpose="series")
        async with self._asker.connected() as line:
            for number in range(most):
                if way.deadline.over:
                    return
                way.listen(f"POST {wanted.path} ({number + 1} of {most} for the time it takes)")
                call, _ = await line.ask(wanted, way.limit)
                self._calls.append(msgspec.structs.replace(call, body=call.body[:_MOST_OF_SERIES]))
                if _is_good(call) is not bool(good):
                    return

    def _other_scheme_may_help(self) -> bool:
        way = self._way
        if way.connection is None or way.proxy is not None:
            return False
        if not way.connected or way.unlike:
            return True
        if way.address.secure or not self._calls:
            return False
        return all(call.problem in _ELSEWHERE and call.status is None for call in self._calls)

    async def _plain(self) -> None:
        """The root over the other scheme, without a key."""
        other = self._way.address.turned()
        if self._way.deadline.over or proxy_for(other):
            return
        self._way.listen(f"GET {other.scheme}://{other.authority}{other.base}")
        asker = Asker(other, self._way.leads, looking(), None, self._way.secrets)
        self._calls.append((await asker.ask(Wanted("plain", "GET", other.base), self._way.limit))[0])


def _is_good(call: Call) -> bool:
    return call.problem is None and call.status is not None and 200 <= call.status < 300


def _may_vary(call: Call) -> bool:
    """A failure of the server's that came with a status and at once: another replica may do better."""
    inner = call.headers.get("ms-azureml-model-error-statuscode", "")
    status = int(inner) if call.status == 424 and inner.isdecimal() else call.status or 0
    return call.problem is None and status in _OF_SERVER and call.seconds < _NOT_TWICE


def _is_object(content: bytes) -> bool:
    try:
        return isinstance(json.loads(content), dict)
    except (ValueError, RecursionError):
        return False
