"""Spark behind a URL: a session of this machine, a cluster, or a Spark Connect server.

    pyspark://?spark.master=local[2]&spark.…=…   options as in spark-defaults.conf, which counts too
    spark://host:7077?spark.…=…                  a standalone cluster
    sc://host:15002/;token=…                     Spark Connect, as Databricks has it

Spark knows no read-only session: that nothing is written rests on our asking only SELECT, and on
the rights of the user.
"""

from __future__ import annotations

import os
import shutil
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from urllib.request import getproxies

from ibis.backends.pyspark import Backend
from pyspark.sql import SparkSession

from zhibi.errors import ZhibiError

SCHEMES = frozenset({"pyspark", "spark", "sc"})
QUIET = {
    "spark.app.name": "zhibi",
    "spark.log.level": "ERROR",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}
# Half-readable amounts and days are an error here as on every engine, never a silent null.
STRICT = {"spark.sql.ansi.enabled": "true"}
CONNECT_PORT = 15002
PATIENCE = 10  # seconds


class Spark(Backend):  # type: ignore[misc]
    """Ibis's backend with two differences, for which see the methods."""

    def to_pyarrow(self, expr: Any, /, *, params: Any = None, limit: Any = None, **_: Any) -> Any:
        """Answers as the Arrow that Spark sends: by way of pandas, as in Ibis, whole numbers with
        a null would become floats."""
        self._run_pre_execute_hooks(expr)
        query = self.compile(expr.as_table(), params=params, limit=limit)
        return expr.__pyarrow_result__(self._session.sql(query).toArrow())

    def disconnect(self) -> None:
        """Leave a server. A session of this machine ends with the process: it may have been there
        before us, and another analysis may be using it."""
        if not isinstance(self._session, SparkSession):
            self._session.stop()


def connect_spark(url: str) -> Spark:
    """A connection with settings and temporary names of its own."""
    parts = urlsplit(url)
    if parts.scheme == "sc":
        if "https" not in getproxies():
            _knock(parts.hostname or "", parts.port or CONNECT_PORT)
        return _backend(SparkSession.builder.remote(url).create())
    if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise ZhibiError(
            "Spark on this machine needs Java 17 or newer; install it, "
            "or name a Spark Connect server with sc://host:15002."
        )
    options = dict(parse_qsl(parts.query))
    if parts.scheme == "spark":
        options["spark.master"] = f"spark://{parts.netloc}"
    running = SparkSession.getActiveSession()
    if running is None:
        running = SparkSession.builder.config(map=QUIET | options).getOrCreate()
    session = running.newSession()
    if isinstance(session, SparkSession):  # else the environment names a server
        _refuse_another(session, options)
    for option in filter(session.conf.isModifiable, options):
        session.conf.set(option, options[option])
    return _backend(session)


def _knock(host: str, port: int) -> None:
    """OSError when nobody answers: Spark itself would go on trying for ten minutes."""
    socket.create_connection((host, port), timeout=PATIENCE).close()


def _refuse_another(session: SparkSession, options: Mapping[str, str]) -> None:
    """ZhibiError when Spark was started for another master before, and keeps to it."""
    running = session.sparkContext.master
    if options.get("spark.master", running) != running:
        raise ZhibiError(
            "Spark runs already in this process on {running}; "
            "start a new process for {asked}, or leave spark.master out.",
            running=running,
            asked=options["spark.master"],
        )


def _backend(session: Any) -> Spark:
    backend: Spark = Spark().connect(session, **STRICT)
    return backend
