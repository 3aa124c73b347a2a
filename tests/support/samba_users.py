"""Put users and one group of them all into a domain that is not running. For the system's own Python.

``python3 samba_users.py SETTINGS COUNT``
"""

import sys

from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB

#: In one transaction: longer ones become slow.
TOGETHER = 500


def main(settings: str, count: int) -> None:
    """Ten units with the users in turns, and the group ``everybody``."""
    loaded = LoadParm()
    loaded.load(settings)
    place = f"{loaded.get('private dir')}/sam.ldb"
    database = SamDB(url=place, session_info=system_session(), lp=loaded)
    base = str(database.domain_dn())
    for unit in range(10):
        database.add({"dn": f"OU=unit {unit},{base}", "objectClass": "organizationalUnit"})
    group = {"dn": f"CN=everybody,{base}", "objectClass": "group", "sAMAccountName": "everybody"}
    database.add(group)
    for begin in range(0, count, TOGETHER):
        database.transaction_start()
        numbers = range(begin, min(begin + TOGETHER, count))
        for number in numbers:
            database.add(_user(number, base))
        lines = "".join(f"add: member\nmember: {_user(number, base)['dn']}\n-\n" for number in numbers)
        database.modify_ldif(f"dn: {group['dn']}\nchangetype: modify\n{lines}")
        database.transaction_commit()


def _user(number: int, base: str) -> dict[str, str]:
    return {
        "dn": f"CN=User {number},OU=unit {number % 10},{base}",
        "objectClass": "user",
        "sAMAccountName": f"user{number}",
        "userPrincipalName": f"user{number}@ad.example.org",
        "givenName": "User",
        "sn": str(number),
        "displayName": f"User {number}",
        "mail": f"user{number}@example.org",
        "employeeID": str(number),
        "userAccountControl": "514",
    }


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
