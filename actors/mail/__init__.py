"""Services for hosted mail: mailboxes, databases, devices, mail flow."""
