resource "libvirt_pool" "this" {
  name = var.name
  type = "dir"

  target {
    path = var.pool_path
  }
}

# Everybody's lower layer: uploaded once, read by all machines. A newer image does not replace it under machines that run:
# another word in `image_generation` does, with all machines.
resource "terraform_data" "image" {
  input = var.image_generation
}

resource "libvirt_volume" "base" {
  name   = "${var.name}-base.qcow2"
  pool   = libvirt_pool.this.name
  source = var.image
  format = "qcow2"

  lifecycle {
    ignore_changes       = [source]
    replace_triggered_by = [terraform_data.image]
  }
}

resource "libvirt_network" "this" {
  name      = var.name
  mode      = var.network_mode
  bridge    = var.bridge == "" ? null : var.bridge
  domain    = var.network_mode == "bridge" ? null : var.domain
  addresses = var.network_mode == "bridge" ? null : [var.subnet.cidr]
  autostart = true

  # Addresses are static: a lease that ran out would take a member out of etcd.
  dhcp {
    enabled = false
  }

  # libvirt answers names for the machines; a bridge is somebody else's network, whose DNS it is not.
  dynamic "dns" {
    for_each = var.network_mode == "bridge" ? [] : [true]

    content {
      enabled    = true
      local_only = true

      dynamic "hosts" {
        for_each = merge({ for name, machine in var.machines : "${name}.${var.domain}" => machine.address }, { "api.${var.domain}" = var.api })

        content {
          hostname = hosts.key
          ip       = hosts.value
        }
      }
    }
  }
}
