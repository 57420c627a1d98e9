locals {
  tags = merge(var.tags, { strata = var.name })
}

resource "azurerm_resource_group" "this" {
  name     = var.name
  location = var.location
  tags     = local.tags
}

# Who the machines are: what a cloud controller and a volume driver may do is granted to this identity, not to a password.
resource "azurerm_user_assigned_identity" "machines" {
  name                = "${var.name}-machines"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  tags                = local.tags
}

resource "azurerm_role_assignment" "machines" {
  for_each = toset(["Reader", "Network Contributor", "Virtual Machine Contributor"])

  scope                            = azurerm_resource_group.this.id
  role_definition_name             = each.key
  principal_id                     = azurerm_user_assigned_identity.machines.principal_id
  skip_service_principal_aad_check = true
}
