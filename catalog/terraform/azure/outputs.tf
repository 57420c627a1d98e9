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
      id = try(azurerm_linux_virtual_machine.machine[name].id, null)
    }
  ]
}

output "api" {
  description = "Address and port of the Kubernetes API."
  value       = "api.${azurerm_private_dns_zone.this.name}:${var.api.ports[0]}"
}

output "bastion" {
  description = "The machine that SSH goes through."
  value       = var.bastion == null ? null : { address = try(azurerm_public_ip.bastion[0].ip_address, null), user = var.login.user, port = 22 }
}

output "domain" {
  description = "DNS domain of the machines."
  value       = azurerm_private_dns_zone.this.name
}

output "load_balancers" {
  description = "Addresses of the load balancers, by use."
  value       = { api = var.api.address, ingress = var.ingress == null ? null : var.ingress.address }
}

output "storage" {
  description = "The account and its container; empty where there is none."
  value = {
    account   = length(azurerm_storage_account.this) == 0 ? null : azurerm_storage_account.this[0].name
    container = length(azurerm_storage_container.backups) == 0 ? null : azurerm_storage_container.backups[0].name
  }
}

output "dns" {
  description = "The private zone of the machines."
  value       = { zone = azurerm_private_dns_zone.this.id }
}
