"""A city's single sign-on against a small OpenID provider on loopback: existing accounts only, and nothing kept."""

import base64
import hashlib
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client
from django.urls import reverse

from anmin.kernel.access.actions import disable_user
from anmin.kernel.access.login import actions as login
from anmin.kernel.access.models import User
from anmin.kernel.audit.models import Act
from tests.kernel.access.entering import code, give, is_in, with_factor
from tests.make import a_user

pytestmark = pytest.mark.django_db
START = "/account/sso/oidc/city/login/"
BACK = START + "callback/"
CLIENT, SECRET = "anmin", "a secret between two services"


class Provider(ThreadingHTTPServer):
    """An OpenID provider that knows one person at a time; it insists on PKCE and on the client's secret."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.person = {
            "sub": "900001",
            "preferred_username": "clerk",
            "name": "李四",
            "phone_number": "13800000000",
        }
        self.challenges = {}

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self):
        base, path = self.server.address, urlsplit(self.path).path
        if path == "/.well-known/openid-configuration":
            self.say(
                {
                    "issuer": base,
                    "authorization_endpoint": f"{base}/authorize",
                    "token_endpoint": f"{base}/token",
                    "userinfo_endpoint": f"{base}/userinfo",
                    "jwks_uri": f"{base}/keys",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                }
            )
        elif path == "/userinfo" and self.headers["Authorization"] == "Bearer the token":
            self.say(self.server.person)
        else:
            self.say({"error": "invalid"}, 401)

    def do_POST(self):
        told = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        verifier = told.get("code_verifier", [""])[0].encode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
        is_right = (
            told.get("client_secret") == [SECRET]
            and self.server.challenges.pop(told.get("code", [""])[0], None) == challenge
        )
        if not is_right:
            self.say({"error": "invalid_grant"}, 400)
            return
        claims = {
            "iss": self.server.address,
            "aud": CLIENT,
            "iat": 1,
            "exp": 4_000_000_000,
            **self.server.person,
        }
        token = jwt.encode(claims, "x" * 32, algorithm="HS256")
        self.say({"access_token": "the token", "token_type": "Bearer", "expires_in": 60, "id_token": token})

    def say(self, content, status=200):
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *told):
        pass


@pytest.fixture
def provider(settings):
    with Provider() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        app = {
            "provider_id": "city",
            "name": "市统一身份认证",
            "client_id": CLIENT,
            "secret": SECRET,
            "settings": {"server_url": server.address, "oauth_pkce_enabled": True},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
        settings.OIDC_NAME = app["name"]
        yield server
        server.shutdown()


@pytest.fixture
def clerk():
    return a_user("clerk", "371002")


def go_there(client, provider):
    """Press the button: the service is asked; gives the state, and the code that it sends back."""
    asked = urlsplit(client.post(START)["Location"])
    told = {name: values[0] for name, values in parse_qs(asked.query).items()}
    assert f"{asked.scheme}://{asked.netloc}" == provider.address
    assert told["client_id"] == CLIENT and told["code_challenge_method"] == "S256"
    provider.challenges["a code"] = told["code_challenge"]
    return told["state"]


def come_back(client, provider):
    return client.get(BACK, {"state": go_there(client, provider), "code": "a code"})


def test_the_entrance_shows_the_button_only_where_there_is_a_service(client, provider, settings):
    assert "用“市统一身份认证”登录" in client.get(reverse("console:login")).content.decode()

    settings.OIDC_NAME = ""

    assert START not in client.get(reverse("console:login")).content.decode()


def test_it_opens_the_account_of_the_same_name_and_keeps_nothing_else(client, provider, clerk):
    come_back(client, provider)

    assert is_in(client)
    account = SocialAccount.objects.get()
    assert (account.user, account.uid, account.extra_data) == (clerk, "900001", {})
    assert not SocialToken.objects.exists()
    assert Act.objects.get(act="access.login").after["how"] == "socialaccount"
    come_back(Client(), provider)
    assert SocialAccount.objects.get().extra_data == {}


def test_somebody_without_an_account_gets_none(client, provider):
    answer = come_back(client, provider)

    assert answer["Location"].endswith("?why=unknown")
    assert "没有为您开通账号" in client.get(answer["Location"]).content.decode()
    assert not is_in(client)
    assert not User.objects.exists() and not SocialAccount.objects.exists()
    assert Act.objects.get(act="access.login.refused").result == "refused"


@pytest.mark.parametrize("is_known", [False, True])
def test_a_disabled_account_reads_like_none(provider, clerk, is_known):
    if is_known:
        come_back(Client(), provider)
    disable_user(by="test", user=clerk, reason="离职")
    client = Client()

    answer = come_back(client, provider)

    assert answer["Location"].endswith("?why=unknown")
    assert not is_in(client)


def test_the_second_factor_is_asked_for_all_the_same(client, provider, clerk):
    with_factor(clerk)

    answer = come_back(client, provider)

    assert answer["Location"].startswith(reverse("mfa_authenticate"))
    assert not is_in(client)
    give(client, code())
    assert is_in(client)


def test_the_account_stays_with_the_person_and_not_with_the_name(provider, clerk):
    come_back(Client(), provider)
    provider.person |= {"preferred_username": "renamed"}
    same_person = Client()
    come_back(same_person, provider)
    assert is_in(same_person)

    provider.person |= {"sub": "900002", "preferred_username": "clerk"}
    somebody_else = Client()
    answer = come_back(somebody_else, provider)

    assert answer["Location"].endswith("?why=unknown")
    assert not is_in(somebody_else)
    login.forget_single_sign_on(by="test", user=clerk, reason="换了市里的账号，已核实")
    come_back(somebody_else, provider)
    assert is_in(somebody_else)


def test_an_answer_that_nobody_asked_for_opens_nothing(client, provider, clerk):
    go_there(client, provider)

    answer = Client().get(BACK, {"state": "made up", "code": "a code"})
    stolen = Client().get(BACK, {"state": go_there(client, provider), "code": "a code"})

    for one in (answer, stolen):
        assert "统一登录没有成功" in one.content.decode()
    assert not SocialAccount.objects.exists()


def test_a_code_with_the_wrong_proof_opens_nothing(client, provider, clerk):
    state = go_there(client, provider)
    provider.challenges["a code"] = "another challenge"

    answer = client.get(BACK, {"state": state, "code": "a code"})

    assert "统一登录没有成功" in answer.content.decode()
    assert not is_in(client)


def test_whoever_cancels_is_back_at_the_entrance(client, provider):
    answer = client.get(BACK, {"state": go_there(client, provider), "error": "access_denied"}, follow=True)

    assert "统一登录已取消" in answer.content.decode()


def test_a_service_that_is_down_leaves_the_password(client, provider, clerk, settings):
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"]["server_url"] = (
        "http://127.0.0.1:9"
    )

    answer = client.post(START)

    assert "统一登录没有成功" in answer.content.decode()
    assert "急用可以改用本系统的用户名和密码" in answer.content.decode()


def test_nobody_connects_a_second_account_to_whoever_is_logged_in(provider, clerk):
    other = a_user("other", "371002")
    client = Client()
    client.post(reverse("console:login"), {"username": "other", "password": "一个足够长的口令Ab2026"})

    asked = urlsplit(client.post(START + "?process=connect")["Location"])
    told = {name: values[0] for name, values in parse_qs(asked.query).items()}
    provider.challenges["a code"] = told["code_challenge"]
    client.get(BACK, {"state": told["state"], "code": "a code"})

    assert not SocialAccount.objects.filter(user=other).exists()
