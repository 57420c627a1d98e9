resource "azurerm_private_dns_zone" "this" {
  name                = var.domain
  resource_group_name = azurerm_resource_group.this.name
  tags                = local.tags
}

resource "azurerm_private_dns_zone_virtual_network_link" "this" {
  name                  = var.name
  resource_group_name   = azurerm_resource_group.this.name
  private_dns_zone_name = azurerm_private_dns_zone.this.name
  virtual_network_id    = azurerm_virtual_network.this.id
  tags                  = local.tags
}

resource "azurerm_private_dns_a_record" "this" {
  for_each = merge(
    { api = var.api.address },
    { for name, machine in var.machines : name => machine.address },
    var.ingress == null ? {} : { "*.apps" = var.ingress.address },
  )

  name                = each.key
  resource_group_name = azurerm_resource_group.this.name
  zone_name           = azurerm_private_dns_zone.this.name
  ttl                 = 60
  records             = [each.value]
  tags                = local.tags
}
