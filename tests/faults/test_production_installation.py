"""An installation as the production guide makes it: its own SQL for the roles, an existing database, no superuser anywhere."""

import contextlib
import json
import os
import re
import secrets
import signal
import subprocess
import time
import urllib.error
import urllib.request

import pytest

from boot import serving
from boot.environment import VENV, python_environment
from boot.postgres import SUPERUSER
from tests.faults.installation import ROOT, Installation

WEB = ROOT / "deploy/systemd/anmin-web.service"


class Production(Installation):
    """Everything from the files in `deploy/`."""

    def prepare(self):
        self.home.mkdir(parents=True)
        self.cluster.start()
        roles = (ROOT / "deploy/roles.sql").read_text("utf-8")
        for statement in re.sub(r"--.*", "", roles).split(";"):
            if statement.strip():
                self.sql(statement, "postgres")
        master = self.home.parent / "master.key"
        master.write_bytes(secrets.token_bytes(48))
        master.chmod(0o600)
        self.production = {
            **settings_in_the_example(),
            "ANMIN_HOME": str(self.home),
            "ANMIN_ANCHORS": str(self.home.parent / "anchors"),
            "ANMIN_HOSTS": "localhost,127.0.0.1",
            "ANMIN_MASTER_KEY": str(master),
        }
        done = self.anmin_as("anmin_owner", "migrate")
        assert done.returncode == 0, done.stderr

    def url(self, user):
        return self.cluster.url("anmin").replace(f"{SUPERUSER}@", f"{user}@")

    def environment_of(self, user):
        known = python_environment() | self.environment | self.production
        return known | {"DATABASE_URL": self.url(user), "DJANGO_SETTINGS_MODULE": "config.settings"}

    def anmin_as(self, user, *arguments):
        return subprocess.run(
            [str(VENV / "bin/python"), "-m", "anmin.cli", *map(str, arguments)],
            cwd=ROOT,
            env=self.environment_of(user),
            capture_output=True,
            text=True,
        )

    @contextlib.contextmanager
    def web(self, user):
        """The command of the unit file, on another port."""
        (line,) = [row[10:] for row in WEB.read_text("utf-8").splitlines() if row.startswith("ExecStart=")]
        port = serving.free_port(8700)
        command = line.replace("/opt/anmin", str(ROOT)).replace("--port 8000", f"--port {port}").split()
        (self.home / "figures").mkdir(exist_ok=True)
        log = self.home.parent / "web.log"
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment_of(user) | {"PROMETHEUS_MULTIPROC_DIR": str(self.home / "figures")},
            stdout=log.open("ab"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            deadline = time.monotonic() + 90
            while get(port, "/readyz")[0] != 200:
                assert time.monotonic() < deadline and process.poll() is None, log.read_text("utf-8")[-2000:]
                time.sleep(0.3)
            yield port
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(30)


def settings_in_the_example():
    lines = (ROOT / "deploy/anmin.env").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line.startswith("ANMIN_"))


def get(port, path, **headers):
    """As the proxy in front asks."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}",
        headers={"X-Forwarded-Proto": "https", "Host": "localhost", **headers},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as refused:
        return refused.code, "", refused.headers
    except OSError:
        return 0, "", {}


@pytest.fixture(scope="module")
def production(tmp_path_factory):
    one = Production(tmp_path_factory.mktemp("production") / "home")
    one.prepare()
    yield one
    one.stop()


def checks(done):
    return {row["key"]: row for row in json.loads(done.stdout)["checks"]}


def test_the_web_serves_as_a_role_that_owns_nothing(production):
    with production.web("anmin_app") as port:
        status, page, headers = get(port, "/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        whoami = production.sql(
            "SELECT DISTINCT usename FROM pg_stat_activity WHERE application_name = 'anmin' AND usename <> 'anmin'"
        )

    assert status == 200
    assert token
    assert "Secure" in headers["Set-Cookie"]
    assert whoami == "anmin_app"
    owned = (
        "SELECT count(*) FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE r.rolname = 'anmin_app'"
    )
    assert production.sql(owned) == "0"


def test_the_role_of_the_web_cannot_touch_the_book_of_acts_or_become_the_owner(production):
    for statement in (
        "DELETE FROM kernel_act",
        "SET ROLE anmin_owner",
        "ALTER TABLE kernel_act DISABLE TRIGGER ALL",
    ):
        base = ["-h", str(production.cluster.sockets), "-U", "anmin_app", "-d", "anmin", "-c", statement]
        assert production.cluster._run("psql", *base).returncode != 0, statement


def test_the_doctor_is_content_with_roles_keys_and_tls(production):
    found = checks(production.anmin_as("anmin_owner", "doctor", "--json"))

    assert [
        key for key in ("server", "migrations", "checksums", "https", "home") if found[key]["state"] != "good"
    ] == []
    assert not [row for row in found.values() if "开发" in row["found"]]


def test_the_doctor_names_a_superuser(production):
    """The wrong variant: DATABASE_URL with the superuser that made the database."""
    found = checks(production.anmin_as(SUPERUSER, "doctor", "--json"))

    assert found["server"]["state"] == "broken"
    assert "超级用户" in found["server"]["found"]


def test_the_worker_works_as_the_owner(production):
    anchored = production.anmin_as("anmin_owner", "audit", "anchor")
    done = production.anmin_as("anmin_owner", "worker", "--once")

    assert (anchored.returncode, done.returncode) == (0, 0), anchored.stderr + done.stderr


def test_a_backup_and_a_drill_need_no_superuser(production, tmp_path):
    done = production.anmin_as("anmin_owner", "backup", tmp_path)
    assert done.returncode == 0, done.stderr
    folder = done.stdout.split("备份完成：")[1].splitlines()[0]

    drill = production.anmin_as("anmin_owner", "restore", folder, "--drill")

    assert drill.returncode == 0, drill.stderr


def test_production_does_not_start_with_the_key_of_development(production):
    production.production["ANMIN_KEY_PROVIDER"] = "development"
    try:
        done = production.anmin_as("anmin_owner", "keys", "list")
    finally:
        production.production["ANMIN_KEY_PROVIDER"] = "credential"

    assert done.returncode != 0
    assert "生产环境不能使用开发用的密钥提供者" in done.stdout + done.stderr
