resource "azurerm_virtual_network" "this" {
  name                = var.name
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  address_space       = [var.cidr]
  tags                = local.tags
}

resource "azurerm_subnet" "machines" {
  name                 = "machines"
  resource_group_name  = azurerm_resource_group.this.name
  virtual_network_name = azurerm_virtual_network.this.name
  address_prefixes     = [var.subnets.machines]
  service_endpoints    = var.storage_account == "" ? [] : ["Microsoft.Storage"]
  # No way out that nobody asked for: images and git come from the supporting services.
  default_outbound_access_enabled = false
}

resource "azurerm_subnet" "bastion" {
  name                            = "bastion"
  resource_group_name             = azurerm_resource_group.this.name
  virtual_network_name            = azurerm_virtual_network.this.name
  address_prefixes                = [var.subnets.bastion]
  default_outbound_access_enabled = false
}

# Rules by name: who is let in, and on which ports. What is not named is refused by the last rule.

locals {
  rules = concat(
    [
      { name = "api", priority = 100, ports = [for port in var.api.ports : tostring(port)], from = var.api.allowed_cidrs },
      { name = "ssh", priority = 110, ports = ["22"], from = [var.subnets.bastion] },
      { name = "machines", priority = 120, ports = ["0-65535"], from = [var.subnets.machines] },
    ],
    var.ingress == null ? [] : [
      { name = "ingress", priority = 130, ports = [for port in values(var.ingress.ports) : tostring(port)], from = var.ingress.allowed_cidrs },
    ],
  )
}

resource "azurerm_network_security_group" "machines" {
  name                = "${var.name}-machines"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  tags                = local.tags
}

resource "azurerm_network_security_rule" "allowed" {
  for_each = { for rule in local.rules : rule.name => rule if length(rule.from) > 0 }

  name                        = each.key
  resource_group_name         = azurerm_resource_group.this.name
  network_security_group_name = azurerm_network_security_group.machines.name
  priority                    = each.value.priority
  direction                   = "Inbound"
  access                      = "Allow"
  # Machines speak UDP to each other as well: the pod network.
  protocol                   = each.key == "machines" ? "*" : "Tcp"
  source_address_prefixes    = each.value.from
  source_port_range          = "*"
  destination_address_prefix = var.subnets.machines
  destination_port_ranges    = each.value.ports
}

resource "azurerm_network_security_rule" "balancer" {
  name                        = "balancer"
  resource_group_name         = azurerm_resource_group.this.name
  network_security_group_name = azurerm_network_security_group.machines.name
  priority                    = 4000
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefix       = "AzureLoadBalancer"
  source_port_range           = "*"
  destination_address_prefix  = var.subnets.machines
  destination_port_range      = "*"
}

resource "azurerm_network_security_rule" "refused" {
  name                        = "refused"
  resource_group_name         = azurerm_resource_group.this.name
  network_security_group_name = azurerm_network_security_group.machines.name
  priority                    = 4096
  direction                   = "Inbound"
  access                      = "Deny"
  protocol                    = "*"
  source_address_prefix       = "*"
  source_port_range           = "*"
  destination_address_prefix  = "*"
  destination_port_range      = "*"
}

resource "azurerm_subnet_network_security_group_association" "machines" {
  subnet_id                 = azurerm_subnet.machines.id
  network_security_group_id = azurerm_network_security_group.machines.id
}

resource "azurerm_network_security_group" "bastion" {
  name                = "${var.name}-bastion"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  tags                = local.tags
}

resource "azurerm_network_security_rule" "bastion" {
  count = var.bastion == null ? 0 : 1

  name                        = "ssh"
  resource_group_name         = azurerm_resource_group.this.name
  network_security_group_name = azurerm_network_security_group.bastion.name
  priority                    = 100
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_address_prefixes     = var.bastion.allowed_cidrs
  source_port_range           = "*"
  destination_address_prefix  = var.subnets.bastion
  destination_port_range      = "22"
}

resource "azurerm_subnet_network_security_group_association" "bastion" {
  subnet_id                 = azurerm_subnet.bastion.id
  network_security_group_id = azurerm_network_security_group.bastion.id
}
