# A machine with the role load-balancer passes connections on: the API to the control planes, ingress to the workers.
# It needs `haproxy` in the template; nothing is fetched. Where the API's address is one of kube-vip's or of a balancer that
# is there, no machine has this role and this file makes nothing.

locals {
  backends = merge(
    { for port in var.api_ports : "api-${port}" => { port = port, to = port, role = "control-plane" } },
    { for port, to in var.ingress_ports : "ingress-${port}" => { port = port, to = to, role = "worker" } },
  )

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
