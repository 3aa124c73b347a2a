"""Turns paid orders into working services, and keeps the records of orders and customers tidy.

Orders come first in each run. The other lines have a pace of their own, so that cleaning up never delays an
order.
"""

from datetime import timedelta

from actors import Periodic, Task, planned

DAY = timedelta(days=1)

SERVICE = planned(
    name="provisioning",
    title="ProvisioningWork",
    family="billing",
    profile="billing",
    origin="machpanel",
    schedule=Periodic(minutes=1),
    tasks=(
        Task("Work off orders of the service queue", effect="outward"),
        Task("Process DigiCert orders, invoice SSL orders, estimate bills", effect="outward"),
        Task("Raise threshold alerts for O365/CSP and VPS", effect="outward"),
        Task("Update the state of Sectigo SSL orders"),
        Task("Work off pending O365 subscriptions", effect="outward"),
        Task("Update paths of VMs that left a former VHD location"),
        Task("Delete service queue logs older than 90 days", every=DAY),
        Task("Delete voice bill records older than 100 days", every=DAY),
        Task("Copy the primary email into customer contacts"),
        Task("Store which Exchange signatures are in use"),
        Task("Store services of AD users"),
        Task("Disable AD users whose mailbox type forbids a login", effect="outward"),
        Task("Update registrar status of domain names"),
        Task("Update suffixes of AD organisations", effect="outward"),
        Task("Store SIP bundle usage of subscribers"),
        Task("Drop temp data after 120 days, 10,000 rows at a time", every=DAY),
        Task("Drop Azure rates after 2 years, 100 rows at a time", every=DAY),
        Task("Drop O365 reconciliation after 1 year, 1,000 rows at a time", every=DAY),
        Task("Fill blank names of O365 subscriptions"),
        Task("Store the Exchange mailbox load of each server"),
        Task("Meter and rate pay-per-use (PPU) services"),
        Task("Make jobs of orders that are ready to provision"),
        Task("Store mailbox database locations"),
        Task("Suspend CSP trial offers that have ended", effect="outward"),
        Task("Archive audit logs, then remove them", every=DAY),
        Task("Archive O365 audit logs, then remove them", every=DAY),
        Task("Ensure PCI credit profiles of the cards on file", effect="outward"),
        Task("Merge Add-Ons of one kind"),
        Task("Mail failures of the service queue and of jobs", effect="outward"),
        Task("Mail notices of VPS updates", effect="outward"),
        Task("Execute SIP contracts that are due today", effect="outward"),
        Task("Execute hosted voice contracts that are due today", effect="outward"),
        Task("Add user billing details of hosted voice"),
        Task("Delete customers who never verified"),
        Task("Apply bindings of white label URLs", effect="outward"),
        Task("Set the NSA registrar for iNET"),
        Task("Update editions of SharePoint servers"),
        Task("Salt and hash passwords of employees, customers and contacts"),
        Task("Bring credit limits of subscriptions in step"),
        Task("Remove orphan AD users", effect="destroy"),
        Task("Mail notices about the recycle bin", effect="outward"),
        Task("Mail notices about recovery", effect="outward"),
        Task("Delete distribution lists in recovery past their term", effect="destroy"),
        Task("Remove email logs older than 2 months", every=DAY),
        Task("Run configuration studio"),
        Task("Fill empty email and employee ID of AD users"),
    ),
)
