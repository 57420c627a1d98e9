# The only machine with a public address: SSH goes through it.

resource "azurerm_public_ip" "bastion" {
  count = var.bastion == null ? 0 : 1

  name                = "${var.name}-bastion"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  allocation_method   = "Static"
  sku                 = "Standard"
  zones               = length(var.zones) == 0 ? null : var.zones
  tags                = local.tags
}

resource "azurerm_network_interface" "bastion" {
  #checkov:skip=CKV_AZURE_119:being reached from outside is what it is for
  count = var.bastion == null ? 0 : 1

  name                = "${var.name}-bastion"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  tags                = local.tags

  ip_configuration {
    name                          = "primary"
    subnet_id                     = azurerm_subnet.bastion.id
    private_ip_address_allocation = "Dynamic"
    public_ip_address_id          = azurerm_public_ip.bastion[0].id
  }
}

resource "azurerm_linux_virtual_machine" "bastion" {
  count = var.bastion == null ? 0 : 1

  name                            = "${var.name}-bastion"
  computer_name                   = "bastion"
  resource_group_name             = azurerm_resource_group.this.name
  location                        = azurerm_resource_group.this.location
  size                            = var.bastion.size
  source_image_id                 = var.bastion.image
  network_interface_ids           = [azurerm_network_interface.bastion[0].id]
  admin_username                  = var.login.user
  disable_password_authentication = true
  custom_data                     = base64encode(local.userdata["bastion"])
  encryption_at_host_enabled      = true
  allow_extension_operations      = false
  tags                            = merge(local.tags, { role = "bastion" })

  admin_ssh_key {
    username   = var.login.user
    public_key = var.login.key
  }

  os_disk {
    caching                = "ReadOnly"
    storage_account_type   = "Premium_LRS"
    disk_encryption_set_id = local.encryption_set
  }

  lifecycle {
    ignore_changes = [source_image_id, custom_data, admin_ssh_key]
  }
}
