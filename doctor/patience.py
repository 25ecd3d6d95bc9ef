"""How long doctor waits for those it asks, in seconds: a screen can say it before any client is loaded."""

ENGINE = 20  # one answer of a container engine
API_SERVER = 20.0  # one answer of a cluster, while a workload is diagnosed
CLUSTER_LIST = 10.0  # the same for the lists to choose from
LOGIN = 60.0  # a login plugin, which may ask a person
CLUSTER = 120.0  # everything that one diagnosis asks of a cluster
