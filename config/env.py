"""The environment of an installation, typed: infrastructure only, never policy."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Environment(BaseSettings):
    """Variables that an operator may set; each has a default that works on one machine.

    `DATABASE_URL` alone has no prefix, because hosting services set it under that name.
    """

    model_config = SettingsConfigDict(env_prefix="ANMIN_", extra="ignore")

    home: Path = ROOT / ".anmin"
    demo: bool = False
    debug: bool = False
    hosts: str = "127.0.0.1,localhost,[::1]"
    secure_cookies: bool = False
    static_manifest: bool = True
    map_approval: str = ""
    metrics_token: str = ""
    postgres_bin: str = ""
    fonts: str = (
        "/usr/share/fonts:/usr/local/share/fonts:~/.local/share/fonts:/System/Library/Fonts:/Library/Fonts"
    )
    production: bool = False
    second_factor: bool = True
    idle_minutes: int = Field(default=15, ge=1, le=30)
    sms_command: str = ""
    sms_file: str = ""
    oidc_server: str = ""
    oidc_client: str = ""
    oidc_secret: str = ""
    oidc_name: str = "统一身份认证"
    oidc_claim: str = "preferred_username"
    proxies: str = ""
    address_tries: int = Field(default=5, ge=5, le=1000)
    password_profile: Literal["dengbao", "long"] = "dengbao"
    totp_sha1: bool = True
    totp_profile: Literal["usual", "sm3"] = "usual"
    key_provider: str = "development"
    master_key: str = ""
    key_pin: str = ""
    anchors: str = ""

    @property
    def oidc_origin(self) -> str:
        """Scheme and host of the city's log-in service; empty without one."""
        parts = urlsplit(self.oidc_server)
        return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""

    @property
    def allowed_hosts(self) -> list[str]:
        """Host names that the web process answers to."""
        return [host.strip() for host in self.hosts.split(",") if host.strip()]

    @property
    def font_folders(self) -> list[Path]:
        """Folders with the fonts of papers, parted by colons."""
        return [Path(name).expanduser() for name in self.fonts.split(":") if name.strip()]
