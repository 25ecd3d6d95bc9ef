"""What is secret in a bundle besides what `doctor.redact` masks everywhere: by its form, or by what is before it."""

import re

from doctor.containers.variables import SECRET_WORDS

SHAPES = re.compile(
    r"\b(?:glpat-[\w-]{16,}|npm_[A-Za-z0-9]{30,}|pypi-AgE[\w-]{20,}|dapi[0-9a-f]{32}(?:-\d)?|[sr]k_(?:live|test)_\w{16,}"
    r"|whsec_\w{16,}|SG\.[\w-]{16,}\.[\w-]{16,}|shpat_[0-9a-f]{24,}|do[opr]_v1_[0-9a-f]{32,}|xapp-[\w-]{16,}"
    r"|[\w~.-]{3}\dQ~[\w~.-]{31,}|hvs\.[\w-]{20,}|gls[ac]_\w{20,}|AGE-SECRET-KEY-1[0-9A-Z]{20,}|key-[0-9a-f]{32}"
    r"|SK[0-9a-f]{32}|\d{8,10}:AA[\w-]{30,}|dckr_pat_[\w-]{20,}|lin_api_\w{20,}|gsk_\w{20,}|tfp_\w{20,})"
    r"|(?<![A-Za-z0-9+/])(?:LS0tLS1|eyJ|ewog)[A-Za-z0-9+/_-]{40,}={0,2}"  # base64 of a key or certificate, of JSON
    r"|(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{86}==(?!=)"  # a key of a storage account
)
"""Tokens that say by their form what they are: GitLab, npm, PyPI, Databricks, Stripe, SendGrid, Shopify, DigitalOcean,
Slack, Entra ID, Vault, Grafana, age, Mailgun, Twilio, Telegram, Docker Hub, Azure Storage."""
BESIDE = (
    re.compile(r"(?i)\b((?:set-)?cookie:\s*)[^\r\n\"']{6,}"),
    re.compile(r"(?i)([\"']?\b(?:x-api-key|api-key|ocp-apim-subscription-key|x-functions-key|x-auth-token|authorization)"
               r"[\"']?\s*[:=]\s*[\"']?(?:(?:bearer|basic|token)\s+)?+)(?!\*\*\*|<|\$)[^\s\"',;<$]{6,}"),
    re.compile(r"(https?://[\w.:-]+/t/)(?!\*|<|\$)[\w-]{6,}(?=[/\s\"'])"),  # a channel of conda
    re.compile(r"((?<=[a-z])://)(?=[^/\s@\"'<]{0,200}\d)[^/\s:@\"'<*$]{12,}(?=@)"),  # a token in the place of a user
    re.compile(r"(https://hooks\.slack\.com/services/)[\w/]{10,}"),
    re.compile(r"(https://[\w.-]*webhook\.office\.com/)[^\s\"'<>]{10,}"),
    re.compile(r"([\"'](?:auth|identitytoken)[\"']\s*:\s*[\"'])[A-Za-z0-9+/=_-]{8,}"),  # config.json of Docker
    re.compile(r"(?i)(\b(?:machine\s+\S+\s+)?login\s+\S+\s+password\s+)\S{4,}"),  # .netrc
    re.compile(r"(?i)((?<![\w-])--?(?:password|passwd|token|api-key|secret|client-secret|account-key|sas-token)[ =])"
               r"(?!<|\$|\*)[^\s\"']{4,}"),
)  # fmt: skip
ASSIGNED = re.compile(
    r"(?P<name>(?<![\w.-])[A-Za-z_][\w.-]{0,80}+)(?P<between>[\"']?\s*[=:]\s*[\"']?)(?P<value>(?!\*\*\*|<|\$|\{|http)[^\s\"',;&]{8,})"
)
_VALUE = r"[^\s\"',;&]"
LIKE_ASSIGNED = re.compile(
    rf"(?i)(?:password[\w.-]*|connstr[_-][\w.-]*|(?:{'|'.join(sorted(SECRET_WORDS))}|conn(?:ection)?[^a-z\s=:]*str(?:ing)?)"
    r"[^a-z\s=:\"']*)[\"']?\s*[=:]\s*[\"']?(?:"
    + "|".join(rf"{_VALUE}{{{at}}}\d{_VALUE}{{{7 - at}}}" for at in range(8))
    + rf"|{_VALUE}{{8,}}\d)"
)
"""What an assignment of a secret holds at least."""
KEY_LINE = re.compile(
    r"(?m)^([ \t]*)(?=[A-Za-z0-9+/]{64}\r?$)(?=[^\n]*\d)(?=[^\n]*[a-z])(?=[^\n]*[A-Z])[A-Za-z0-9+/]{64}"
)
"""A line in the middle of a key in PEM form whose beginning is not here."""
KEY_END = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/=]{4,}+(?=(?:\s|\\+[nr]){0,8}-----END [A-Z ]*PRIVATE KEY)")
"""The last line of one."""
SIGNS = (
    *("pass", "pwd", "secret", "token", "cred", "key", "auth", "cookie", "conn", "hook", "login", "sas", "pat", "dsn"),
    *("pem", "pfx", "jwt", "signature", "cert", "glpat", "npm_", "pypi", "dapi", "_live_", "_test_", "whsec", "sg."),
    *("shpat", "_v1_", "xapp", "q~", "hvs.", "glsa_", "glsc_", ":aa", "dckr", "lin_api", "gsk_", "tfp_", "ls0tls1"),
    *("eyj", "ewog", "/t/", "@", "==", "sk"),
)
"""What each pattern needs, in small letters."""
