locals {
  userdata = {
    for name, address in merge({ for name, machine in var.machines : name => machine.address }, var.bastion == null ? {} : { bastion = "" }) :
    name => join("\n", ["#cloud-config", yamlencode({
      hostname          = name
      fqdn              = "${name}.${var.domain}"
      manage_etc_hosts  = true
      preserve_hostname = false
      disable_root      = true
      ssh_pwauth        = false
      # Only the key that is known beforehand: nothing is trusted on first use.
      ssh_deletekeys  = true
      ssh_genkeytypes = []
      ssh_keys = {
        ed25519_private = var.host_keys[name].private
        ed25519_public  = var.host_keys[name].public
      }
    })])
  }

  # Spread in the order of names, the roles apart.
  zone = {
    for name, machine in var.machines : name => length(var.zones) == 0 ? null : element(
      var.zones,
      index(sort([for other, one in var.machines : other if one.role == machine.role]), name),
    )
  }

  encryption_set = var.disk_encryption_set_id == "" ? null : var.disk_encryption_set_id
}

# A changed word here is how a machine is made anew on purpose.
resource "terraform_data" "generation" {
  for_each = var.machines
  input    = each.value.generation
}

resource "azurerm_network_interface" "machine" {
  for_each = var.machines

  name                = "${var.name}-${each.key}"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  tags                = local.tags

  ip_configuration {
    name                          = "primary"
    subnet_id                     = azurerm_subnet.machines.id
    private_ip_address_allocation = "Static"
    private_ip_address            = each.value.address
  }
}

resource "azurerm_linux_virtual_machine" "machine" {
  for_each = var.machines

  name                            = "${var.name}-${each.key}"
  computer_name                   = each.key
  resource_group_name             = azurerm_resource_group.this.name
  location                        = azurerm_resource_group.this.location
  size                            = each.value.size
  zone                            = local.zone[each.key]
  source_image_id                 = var.image
  network_interface_ids           = [azurerm_network_interface.machine[each.key].id]
  admin_username                  = var.login.user
  disable_password_authentication = true
  custom_data                     = base64encode(local.userdata[each.key])
  encryption_at_host_enabled      = true
  allow_extension_operations      = false
  tags                            = merge(local.tags, { role = each.value.role })

  admin_ssh_key {
    username   = var.login.user
    public_key = var.login.key
  }

  os_disk {
    name                   = "${var.name}-${each.key}"
    caching                = "ReadOnly"
    storage_account_type   = "Premium_LRS"
    disk_size_gb           = each.value.disk_gib
    disk_encryption_set_id = local.encryption_set
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.machines.id]
  }

  # What a machine says while it starts; in a storage account that Azure keeps.
  boot_diagnostics {}

  lifecycle {
    # Another image or key makes no running machine go away: `generation` does, one machine at a time.
    ignore_changes       = [source_image_id, custom_data, admin_ssh_key]
    replace_triggered_by = [terraform_data.generation[each.key]]
  }
}

resource "azurerm_linux_virtual_machine_scale_set" "workers" {
  count = var.autoscaling == null ? 0 : 1

  name                            = "${var.name}-workers"
  resource_group_name             = azurerm_resource_group.this.name
  location                        = azurerm_resource_group.this.location
  sku                             = var.autoscaling.size
  instances                       = var.autoscaling.min
  zones                           = length(var.zones) == 0 ? null : var.zones
  source_image_id                 = var.image
  admin_username                  = var.login.user
  disable_password_authentication = true
  custom_data                     = var.autoscaling.user_data == "" ? null : base64encode(var.autoscaling.user_data)
  encryption_at_host_enabled      = true
  extension_operations_enabled    = false
  upgrade_mode                    = "Manual"
  tags                            = merge(local.tags, { role = "worker" })

  admin_ssh_key {
    username   = var.login.user
    public_key = var.login.key
  }

  os_disk {
    caching                = "ReadOnly"
    storage_account_type   = "Premium_LRS"
    disk_size_gb           = var.autoscaling.disk_gib
    disk_encryption_set_id = local.encryption_set
  }

  network_interface {
    name    = "primary"
    primary = true

    ip_configuration {
      name                                   = "primary"
      primary                                = true
      subnet_id                              = azurerm_subnet.machines.id
      load_balancer_backend_address_pool_ids = var.ingress == null ? [] : [azurerm_lb_backend_address_pool.this["ingress"].id]
    }
  }

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.machines.id]
  }

  boot_diagnostics {}

  lifecycle {
    # How many there are is the autoscaler's to say.
    ignore_changes = [instances, admin_ssh_key]
  }
}

resource "azurerm_monitor_autoscale_setting" "workers" {
  count = var.autoscaling == null ? 0 : 1

  name                = "${var.name}-workers"
  resource_group_name = azurerm_resource_group.this.name
  location            = azurerm_resource_group.this.location
  target_resource_id  = azurerm_linux_virtual_machine_scale_set.workers[0].id
  tags                = local.tags

  profile {
    name = "load"

    capacity {
      default = var.autoscaling.min
      minimum = var.autoscaling.min
      maximum = var.autoscaling.max
    }

    dynamic "rule" {
      for_each = { more = { operator = "GreaterThan", threshold = 75, direction = "Increase" }, less = { operator = "LessThan", threshold = 25, direction = "Decrease" } }

      content {
        metric_trigger {
          metric_name        = "Percentage CPU"
          metric_resource_id = azurerm_linux_virtual_machine_scale_set.workers[0].id
          time_grain         = "PT1M"
          statistic          = "Average"
          time_window        = "PT10M"
          time_aggregation   = "Average"
          operator           = rule.value.operator
          threshold          = rule.value.threshold
        }

        scale_action {
          direction = rule.value.direction
          type      = "ChangeCount"
          value     = "1"
          cooldown  = "PT10M"
        }
      }
    }
  }
}
