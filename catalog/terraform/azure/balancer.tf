# One balancer for the API, one for applications: both inside of the network.

locals {
  balancers = merge(
    { api = { address = var.api.address, ports = { for port in var.api.ports : tostring(port) => port } } },
    var.ingress == null ? {} : { ingress = { address = var.ingress.address, ports = var.ingress.ports } },
  )

  balanced = merge([
    for balancer, one in local.balancers : { for port, to in one.ports : "${balancer}-${port}" => { balancer = balancer, port = tonumber(port), to = to } }
  ]...)
}

resource "azurerm_lb" "this" {
  for_each = local.balancers

  name                = "${var.name}-${each.key}"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  sku                 = "Standard"
  tags                = local.tags

  frontend_ip_configuration {
    name                          = each.key
    subnet_id                     = azurerm_subnet.machines.id
    private_ip_address_allocation = "Static"
    private_ip_address            = each.value.address
    zones                         = length(var.zones) == 0 ? null : var.zones
  }
}

resource "azurerm_lb_backend_address_pool" "this" {
  for_each = local.balancers

  name            = each.key
  loadbalancer_id = azurerm_lb.this[each.key].id
}

resource "azurerm_lb_probe" "this" {
  for_each = local.balanced

  name                = each.key
  loadbalancer_id     = azurerm_lb.this[each.value.balancer].id
  protocol            = "Tcp"
  port                = each.value.to
  interval_in_seconds = 5
  number_of_probes    = 2
}

resource "azurerm_lb_rule" "this" {
  for_each = local.balanced

  name                           = each.key
  loadbalancer_id                = azurerm_lb.this[each.value.balancer].id
  protocol                       = "Tcp"
  frontend_port                  = each.value.port
  backend_port                   = each.value.to
  frontend_ip_configuration_name = each.value.balancer
  backend_address_pool_ids       = [azurerm_lb_backend_address_pool.this[each.value.balancer].id]
  probe_id                       = azurerm_lb_probe.this[each.key].id
  idle_timeout_in_minutes        = 30
}

resource "azurerm_network_interface_backend_address_pool_association" "api" {
  for_each = { for name, machine in var.machines : name => machine if machine.role == "control-plane" }

  network_interface_id    = azurerm_network_interface.machine[each.key].id
  ip_configuration_name   = "primary"
  backend_address_pool_id = azurerm_lb_backend_address_pool.this["api"].id
}

resource "azurerm_network_interface_backend_address_pool_association" "ingress" {
  for_each = { for name, machine in var.machines : name => machine if machine.role == "worker" && var.ingress != null }

  network_interface_id    = azurerm_network_interface.machine[each.key].id
  ip_configuration_name   = "primary"
  backend_address_pool_id = azurerm_lb_backend_address_pool.this["ingress"].id
}
