# The form that every module of this catalog gives out.

output "nodes" {
  description = "The machines of the cluster."
  value = [
    for name in sort(keys(var.machines)) : {
      name    = name
      role    = var.machines[name].role
      address = var.machines[name].address
      ssh     = { host = var.machines[name].address, user = var.login.user, port = 22 }
      id      = libvirt_domain.machine[name].id
    } if var.machines[name].role != "load-balancer"
  ]
}

output "api" {
  description = "Address and port of the Kubernetes API."
  value       = "${var.api}:${var.api_ports[0]}"
}

output "domain" {
  description = "DNS domain of the machines."
  value       = var.domain
}

output "load_balancers" {
  description = "Addresses by use; ingress only where a balancer is made here."
  value = {
    api     = var.api
    ingress = try([for machine in values(var.machines) : machine.address if machine.role == "load-balancer"][0], null)
  }
}

output "dns" {
  description = "The network's own name server; none where the network is a bridge of somebody else."
  value       = { server = var.network_mode == "bridge" ? null : var.subnet.gateway }
}
