"""Carried out group actions of every kind; the GroupActionWork services have divided them up.

The source calls it unused and names no successor; naming these is our choice.
"""

from actors import legacy

SERVICE = legacy(
    name="group_action",
    title="GroupActionWork",
    family="billing",
    profile="billing",
    origin="machpanel",
    replaced_by=(
        "GroupActionWorkAD",
        "GroupActionWorkCRM",
        "GroupActionWorkEx",
        "GroupActionWorkGeneral",
        "GroupActionWorkLync",
        "GroupActionWorkMailBoxPermissions",
        "GroupActionWorkSIP",
        "GroupActionWorkSP",
        "GroupActionWorkVPS",
    ),
)
