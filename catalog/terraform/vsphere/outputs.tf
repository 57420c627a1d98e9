output "machines" {
  description = "Name, role and address of each machine, and its id in vSphere."
  value = {
    for name, machine in var.machines : name => {
      role    = machine.role
      address = machine.address
      id      = vsphere_virtual_machine.machine[name].id
    }
  }
}

output "api" {
  description = "Address and port of the Kubernetes API."
  value       = "${var.api}:6443"
}

output "dns" {
  description = "Records that whoever runs the DNS should make: vSphere has none."
  value = merge(
    { "api.${var.domain}" = var.api },
    { for name, machine in var.machines : "${name}.${var.domain}" => machine.address },
  )
}
