"""What exports and restoring refuse."""

from tenants.refusals import Refusal


class ExportRunning(Refusal):
    """An export is being made already; wait until it is ready."""

    code = "export_running"
    status = 409


class TooManyExports(Refusal):
    """There are many exports already; wait until the oldest expires."""

    code = "too_many_exports"
    status = 409


class ExportNotReady(Refusal):
    """There is no file of this export: it is not made yet, has failed or has expired."""

    code = "export_not_ready"
    status = 409


class Unfit(Refusal):
    """This file cannot be restored."""

    code = "unfit"
    status = 422
