output "machines" {
  description = "Name, role and address of each machine, and its id in libvirt."
  value = {
    for name, machine in var.machines : name => {
      role    = machine.role
      address = machine.address
      id      = libvirt_domain.machine[name].id
    }
  }
}

output "api" {
  description = "Address and port of the Kubernetes API."
  value       = "${var.api}:6443"
}
