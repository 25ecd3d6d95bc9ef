"""run() raised; the client is sent the text of what it raised."""


class RunFunctionException(Exception):
    status_code = 500
