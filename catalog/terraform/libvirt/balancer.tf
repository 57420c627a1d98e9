# A machine with the role load-balancer passes connections on: the API to the control planes, ingress to the workers.
# It needs `haproxy` in the image; nothing is fetched. Where the API's address is one of kube-vip's or of a balancer that
# is there, no machine has this role and this file makes nothing.

locals {
  backends = {
    api   = { port = 6443, to = 6443, role = "control-plane" }
    http  = { port = 80, to = 30080, role = "worker" }
    https = { port = 443, to = 30443, role = "worker" }
  }

  balancer = {
    write_files = [{
      path        = "/etc/haproxy/haproxy.cfg"
      permissions = "0644"
      content = join("\n", concat(
        ["defaults", "  mode tcp", "  timeout connect 5s", "  timeout client 1h", "  timeout server 1h"],
        flatten([for service, backend in local.backends : concat(
          ["frontend ${service}", "  bind :${backend.port}", "  default_backend ${service}", "backend ${service}", "  option tcp-check"],
          [for name, machine in var.machines : "  server ${name} ${machine.address}:${backend.to} check" if machine.role == backend.role],
        )]),
        [""],
      ))
    }]
    runcmd = [["systemctl", "enable", "haproxy.service"], ["systemctl", "restart", "haproxy.service"]]
  }
}
