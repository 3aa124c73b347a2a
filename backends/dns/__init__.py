"""DNS: what name servers answer, whole zones and their changes, and updates of them. Needs dnspython."""
