"""Making tenants: sign-up, and the state machine whose every step may be killed and run again.

Other rooms use what is named here; the steps are `steps`, the copying of the template is `clone`.
"""

from tenants.provisioning.commands import resume_unfinished, sign_up

__all__ = ["resume_unfinished", "sign_up"]
