"""What the tests' Postfix and Dovecot read: their settings, their users, a CA and a certificate."""

from __future__ import annotations

import ipaddress
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

#: Bytes that Postfix takes in one mail.
SIZE_LIMIT = 10_000_000

_MAIN = """
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/postfix.log
maillog_file_prefixes = {folder}
daemon_directory = /usr/lib/postfix/sbin
command_directory = /usr/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
smtpd_peername_lookup = no
myhostname = mail.example.org
mydestination =
mynetworks =
alias_maps =
alias_database =
virtual_mailbox_domains = example.org
virtual_mailbox_maps = texthash:{folder}/postfix/mailboxes
virtual_transport = lmtp:inet:[127.0.0.1]:{ports.lmtp}
message_size_limit = {size_limit}
mailbox_size_limit = 0
smtpd_tls_security_level = encrypt
smtpd_tls_auth_only = yes
smtpd_tls_chain_files = {folder}/server.pem
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:{ports.auth}
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = check_recipient_access texthash:{folder}/postfix/access
smtpd_error_sleep_time = 0
smtpd_forbid_bare_newline = reject
"""

# A process for each connection: what is changed in a table holds for the next one.
_MASTER = """
127.0.0.1:{ports.smtp} inet n - n - - smtpd -o max_use=1
127.0.0.1:{ports.smtps} inet n - n - - smtpd -o max_use=1 -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""

_DOVECOT = """
base_dir = {folder}/dovecot/run
state_dir = {folder}/dovecot/state
log_path = {folder}/dovecot.log
protocols = imap pop3 lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:~/Maildir
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%n {folder}/dovecot/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%n {folder}/dovecot/users
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {ports.imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {ports.pop3}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {ports.lmtp}
  }}
}}
# A wrong password of one test must not slow down the next.
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service auth {{
  inet_listener sasl {{
    port = {ports.auth}
  }}
}}
"""


class Ports(NamedTuple):
    """Where which protocol is spoken, on 127.0.0.1."""

    smtp: int
    smtps: int
    lmtp: int
    auth: int
    imap: int
    pop3: int


def write_postfix(folder: Path, ports: Ports, users: Sequence[str]) -> None:
    """Its folder ``postfix`` with all it reads."""
    place = folder / "postfix"
    place.mkdir(exist_ok=True)
    (place / "main.cf").write_text(_MAIN.format(folder=folder, ports=ports, size_limit=SIZE_LIMIT))
    (place / "master.cf").write_text(_MASTER.format(ports=ports))
    (place / "mailboxes").write_text("".join(f"{user}@example.org {user}\n" for user in users))
    (place / "access").write_text("")
    for name in ("queue", "data"):
        (folder / name).mkdir(exist_ok=True)
    shutil.chown(folder / "data", "postfix")


def write_dovecot(folder: Path, ports: Ports, users: Sequence[str], password: str) -> None:
    """Its folder ``dovecot`` with all it reads; the users all have this password."""
    place = folder / "dovecot"
    for name in ("run", "state", "mail"):
        (place / name).mkdir(parents=True, exist_ok=True)
    shutil.chown(place / "mail", "mail", "mail")
    (place / "dovecot.conf").write_text(_DOVECOT.format(folder=folder, ports=ports))
    lines = [f"{user}:{{PLAIN}}{password}:mail:mail::{place}/mail/{user}::\n" for user in users]
    (place / "users").write_text("".join(lines))


def certificates(folder: Path) -> Path:
    """A new CA, and a key and certificate of it for this machine in ``server.pem``; the CA's file."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the tests' CA")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    ca = (
        _builder(ca_name, ca_name, ca_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    places = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    server = (
        _builder(name, ca_name, key)
        .add_extension(x509.SubjectAlternativeName(places), critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.pem").touch(0o600)
    (folder / "server.pem").write_bytes(secret + server.public_bytes(pem))
    (folder / "ca.pem").write_bytes(ca.public_bytes(pem))
    return folder / "ca.pem"


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=2))
    )
