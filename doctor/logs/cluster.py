"""A running Dask cluster as a place to judge logs."""

from collections.abc import Iterator
from contextlib import contextmanager

from doctor.errors import CannotExamine, ConfigError
from doctor.logs.many import Workers, given

PATIENCE = "10s"


@contextmanager
def connected(address: str) -> Iterator[Workers]:
    """The workers of a cluster, for as long as the block lasts.

    Tasks of a worker that dies go to the others: that is Dask's own promise. Raises ConfigError when `distributed` is
    not installed or the address is none, CannotExamine when nobody answers there or there is no worker.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ConfigError("--dask needs the package distributed; install deployment-doctor[dask]") from error
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise CannotExamine(f"no Dask scheduler answers at {address} within {PATIENCE}; check the address") from error
    except ValueError as error:
        raise ConfigError(f"--dask `{address}` is no address: {error}; write it as tcp://HOST:8786") from error
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise CannotExamine(f"the Dask cluster at {address} has no workers; start one: dask worker {address}")
        yield given(client.get_executor(pure=False), threads, remote=True)
