"""The kinds of jobs for directories: GroupActionWorkAD does them, one at a time for each organisation."""

from __future__ import annotations

from functools import partial

from actors.directory_jobs import deletions, groups, new_users, prepare, users
from actors.directory_jobs.arguments import (
    CreateGroup,
    CreateUnit,
    CreateUser,
    LogonHours,
    ModifyUser,
    MoveUser,
    RenameUser,
    SetMembers,
    SetPassword,
    Target,
)
from actors.directory_jobs.far import acting, looking
from actors.job_kind import JobKind

_kind = partial(JobKind, service="group_action_ad", backend="directory", effect="outward", parallel=4)
#: What deletes waits for its family to go live, too, and can be taken back until its first try.
_deletion = partial(
    JobKind,
    service="group_action_ad",
    backend="directory",
    arguments=Target,
    work=acting(deletions.delete),
    look_up=looking(deletions.is_gone),
    deletion=True,
    effect="destroy",
    priority=7,
)

JOB_KINDS = [
    _kind(
        name="ad_user_create",
        title="Create a user",
        arguments=CreateUser,
        prepare=prepare.new_user,
        work=acting(new_users.create),
        look_up=looking(new_users.was_created),
        priority=4,
    ),
    _kind(
        name="ad_user_modify",
        title="Change a user",
        arguments=ModifyUser,
        prepare=prepare.changed_user,
        work=acting(users.modify),
        look_up=looking(users.was_marked),
    ),
    _kind(
        name="ad_user_disable",
        title="Switch a user off",
        arguments=Target,
        prepare=prepare.user,
        work=acting(users.disable),
        look_up=looking(users.is_disabled),
        priority=2,
    ),
    _kind(
        name="ad_user_enable",
        title="Switch a user on",
        arguments=Target,
        prepare=prepare.user,
        work=acting(users.enable),
        look_up=looking(users.is_enabled),
        priority=3,
    ),
    _kind(
        name="ad_user_password",
        title="Set a user's password",
        arguments=SetPassword,
        prepare=prepare.user,
        work=acting(users.set_password),
        look_up=looking(users.was_marked),
        priority=2,
    ),
    _kind(
        name="ad_user_move",
        title="Move a user",
        arguments=MoveUser,
        prepare=prepare.moved_user,
        work=acting(users.move),
        look_up=looking(users.was_moved),
    ),
    _kind(
        name="ad_user_rename",
        title="Rename a user",
        arguments=RenameUser,
        prepare=prepare.renamed_user,
        work=acting(users.rename),
        look_up=looking(users.was_renamed),
    ),
    _kind(
        name="ad_user_hours",
        title="Set when a user may sign in",
        arguments=LogonHours,
        prepare=prepare.user,
        work=acting(users.set_hours),
        look_up=looking(users.was_marked),
    ),
    _deletion(name="ad_user_delete", title="Delete a user", prepare=prepare.lost_user),
    _kind(
        name="ad_unit_create",
        title="Create a unit",
        arguments=CreateUnit,
        prepare=prepare.new_unit,
        work=acting(groups.create_unit),
        look_up=looking(groups.unit_was_created),
        priority=3,
    ),
    _deletion(name="ad_unit_delete", title="Delete an empty unit", prepare=prepare.lost_unit),
    _kind(
        name="ad_group_create",
        title="Create a group",
        arguments=CreateGroup,
        prepare=prepare.new_group,
        work=acting(groups.create_group),
        look_up=looking(groups.group_was_created),
        priority=4,
    ),
    _kind(
        name="ad_group_members",
        title="Change a group's members",
        arguments=SetMembers,
        prepare=prepare.members,
        work=acting(groups.set_members),
        look_up=looking(groups.members_are_set),
    ),
    _deletion(name="ad_group_delete", title="Delete a group", prepare=prepare.lost_group),
]
