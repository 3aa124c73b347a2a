"""The sample frames of the RFCs: 5730 (greeting, poll), 5731 (domains), 5733 (contacts)."""

from __future__ import annotations

_EPP = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<epp xmlns="urn:ietf:params:xml:ns:epp-1.0">\n'
)
_IDS = "<trID><clTRID>ABC-12345</clTRID><svTRID>54322-XYZ</svTRID></trID>"
_DOMAIN = 'xmlns:domain="urn:ietf:params:xml:ns:domain-1.0"'
_CONTACT = 'xmlns:contact="urn:ietf:params:xml:ns:contact-1.0"'


def answer(code: int, said: str, data: str = "", queue: str = "") -> str:
    """A response of this code, as in RFC 5730 §2.6; the client's own id is put in when it is sent."""
    result = f'<result code="{code}"><msg>{said}</msg></result>'
    return f"{_EPP}<response>{result}{queue}{data}{_IDS}</response></epp>"


def _data(inside: str) -> str:
    return f"<resData>{inside}</resData>"


#: RFC 5730 §2.4
GREETING = f"""{_EPP}<greeting>
  <svID>Example EPP server epp.example.com</svID>
  <svDate>2000-06-08T22:00:00.0Z</svDate>
  <svcMenu>
    <version>1.0</version><lang>en</lang><lang>fr</lang>
    <objURI>urn:ietf:params:xml:ns:obj1</objURI>
    <objURI>urn:ietf:params:xml:ns:domain-1.0</objURI>
    <objURI>urn:ietf:params:xml:ns:contact-1.0</objURI>
    <objURI>urn:ietf:params:xml:ns:host-1.0</objURI>
    <svcExtension><extURI>http://custom/obj1ext-1.0</extURI></svcExtension>
  </svcMenu>
  <dcp><access><all/></access>
    <statement><purpose><admin/><prov/></purpose><recipient><ours/><public/></recipient>
    <retention><stated/></retention></statement></dcp>
</greeting></epp>"""

OK = answer(1000, "Command completed successfully")
PENDING = answer(1001, "Command completed successfully; action pending")
BYE = answer(1500, "Command completed successfully; ending session")

#: RFC 5731 §3.1.1
CHECK = answer(
    1000,
    "Command completed successfully",
    _data(
        f'<domain:chkData {_DOMAIN}><domain:cd><domain:name avail="0">example.com</domain:name>'
        "<domain:reason>In use</domain:reason></domain:cd></domain:chkData>"
    ),
)
#: RFC 5731 §3.1.2; name servers and expiry are put in by the server
INFO = answer(
    1000,
    "Command completed successfully",
    _data(
        f"""<domain:infData {_DOMAIN}>
  <domain:name>example.com</domain:name>
  <domain:roid>EXAMPLE1-REP</domain:roid>
  <domain:status s="ok"/>
  <domain:registrant>jd1234</domain:registrant>
  <domain:contact type="admin">sh8013</domain:contact>
  <domain:contact type="tech">sh8013</domain:contact>
  <domain:ns>HOSTS</domain:ns>
  <domain:host>ns1.example.com</domain:host>
  <domain:host>ns2.example.com</domain:host>
  <domain:clID>ClientX</domain:clID>
  <domain:crID>ClientY</domain:crID>
  <domain:crDate>1999-04-03T22:00:00.0Z</domain:crDate>
  <domain:upID>ClientX</domain:upID>
  <domain:upDate>1999-12-03T09:00:00.0Z</domain:upDate>
  <domain:exDate>EXPIRES</domain:exDate>
  <domain:trDate>2000-04-08T09:00:00.0Z</domain:trDate>
  <domain:authInfo><domain:pw>2fooBAR</domain:pw></domain:authInfo>
</domain:infData>"""
    ),
)
#: RFC 5731 §3.2.3
RENEW = answer(
    1000,
    "Command completed successfully",
    _data(
        f"<domain:renData {_DOMAIN}><domain:name>example.com</domain:name>"
        "<domain:exDate>2005-04-03T22:00:00.0Z</domain:exDate></domain:renData>"
    ),
)
#: RFC 5733 §3.1.2
CONTACT = answer(
    1000,
    "Command completed successfully",
    _data(
        f"""<contact:infData {_CONTACT}>
  <contact:id>sh8013</contact:id>
  <contact:roid>SH8013-REP</contact:roid>
  <contact:status s="linked"/>
  <contact:status s="clientDeleteProhibited"/>
  <contact:postalInfo type="int">
    <contact:name>John Doe</contact:name>
    <contact:org>Example Inc.</contact:org>
    <contact:addr>
      <contact:street>123 Example Dr.</contact:street>
      <contact:street>Suite 100</contact:street>
      <contact:city>Dulles</contact:city>
      <contact:sp>VA</contact:sp>
      <contact:pc>20166-6503</contact:pc>
      <contact:cc>US</contact:cc>
    </contact:addr>
  </contact:postalInfo>
  <contact:voice x="1234">+1.7035555555</contact:voice>
  <contact:fax>+1.7035555556</contact:fax>
  <contact:email>jdoe@example.com</contact:email>
  <contact:clID>ClientY</contact:clID>
  <contact:crID>ClientX</contact:crID>
  <contact:crDate>1999-04-03T22:00:00.0Z</contact:crDate>
  <contact:authInfo><contact:pw>2fooBAR</contact:pw></contact:authInfo>
  <contact:disclose flag="0"><contact:voice/><contact:email/></contact:disclose>
</contact:infData>"""
    ),
)
#: RFC 5730 §2.9.2.3
POLL = answer(
    1301,
    "Command completed successfully; ack to dequeue",
    queue='<msgQ count="5" id="12345"><qDate>2000-06-08T22:00:00.0Z</qDate>'
    "<msg>Transfer requested.</msg></msgQ>",
)
NO_MESSAGES = answer(1300, "Command completed successfully; no messages")
