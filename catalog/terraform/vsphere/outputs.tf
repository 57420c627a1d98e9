# The form that every module of this catalog gives out.

output "nodes" {
  description = "The machines of the cluster."
  value = [
    for name in sort(keys(var.machines)) : {
      name    = name
      role    = var.machines[name].role
      address = var.machines[name].address
      ssh     = { host = var.machines[name].address, user = var.login.user, port = 22 }
      # None yet while one machine after the other is taken over.
      id = try(vsphere_virtual_machine.machine[name].id, null)
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
  description = "Records that whoever runs the DNS should make: vSphere has none."
  value = {
    records = merge(
      { "api.${var.domain}" = var.api },
      { for name, machine in var.machines : "${name}.${var.domain}" => machine.address },
    )
  }
}
