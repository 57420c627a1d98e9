"""Runs moto, the simulator of AWS, with two things put right that its release 5.2.5 gets wrong.

- It tells of an instance without its security groups, though it knows those of its network interface.
- It cannot switch detailed monitoring.
"""

import sys

from moto.ec2.models.instances import Instance
from moto.ec2.responses.monitoring import Monitoring
from moto.core.responses import ActionResult
from moto.server import main

_init = Instance.__init__


def _with_groups(self, *args, **kwargs):
    _init(self, *args, **kwargs)
    nic = self.nics.get(0) or self.nics.get("0")
    groups = list(nic.group_set) if nic is not None else []
    self.security_groups = self.security_groups or groups
    self.groups = self.security_groups


Instance.__init__ = _with_groups
Monitoring.monitor_instances = lambda self: ActionResult({"InstanceMonitorings": []})
Monitoring.unmonitor_instances = lambda self: ActionResult({"InstanceMonitorings": []})

main(sys.argv[1:])
