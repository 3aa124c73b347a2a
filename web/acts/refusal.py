"""Why something that was asked for was not done: the one error of all acts."""

from __future__ import annotations

#: What the command line ends with: wrong usage, refused, no such thing, cannot be reached (contract §2).
USAGE, REFUSED, UNKNOWN, UNREACHABLE = 2, 3, 4, 5

#: Codes of the coordinator and the editor that are not a plain refusal.
EXIT_CODES = {
    "unknown_service": UNKNOWN,
    "unknown_node": UNKNOWN,
    "unknown_run": UNKNOWN,
    "unknown_job": UNKNOWN,
    "unknown_kind": UNKNOWN,
    "unknown_user": UNKNOWN,
    "unknown_token": UNKNOWN,
    "unknown_secret": UNKNOWN,
    "unknown_alert": UNKNOWN,
    "unknown_mute": UNKNOWN,
    "unknown_window": UNKNOWN,
    "unknown_report": UNKNOWN,
    "unknown_object": UNKNOWN,
    "unknown_zone": UNKNOWN,
    "unknown_domain": UNKNOWN,
    "unknown_directory_user": UNKNOWN,
    "unknown_copy": UNKNOWN,
    "unknown_family": UNKNOWN,
    "unknown_act": UNKNOWN,
    "unknown_hook": UNKNOWN,
    "unknown_ticket": UNKNOWN,
    "unknown_call": UNKNOWN,
    "unknown_rerating": UNKNOWN,
    "unknown_campaign": UNKNOWN,
    "unknown_mail": UNKNOWN,
    "unknown_workflow": UNKNOWN,
    "unknown_event": UNKNOWN,
    "unknown_file": UNKNOWN,
    "bad_schedule": USAGE,
    "bad_argument": USAGE,
    "bad_value": USAGE,
    "unknown_step": USAGE,
    "unknown_profile": USAGE,
    "port_taken": USAGE,
    "open_network": USAGE,
    "missing_libraries": USAGE,
    "exists": USAGE,
    "unreachable": UNREACHABLE,
    "unknown_outcome": UNREACHABLE,
}


class Refusal(Exception):
    """It was not done. `code` is stable; the text is one line that says why and what to do next."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code

    @property
    def exit_code(self) -> int:
        """What the command line ends with."""
        return EXIT_CODES.get(self.code, REFUSED)
