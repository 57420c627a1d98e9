locals {
  bits = split("/", var.subnet.cidr)[1]

  # Documents of cloud-init for each machine. They are encoded, never pasted: no value can break out of its place.
  network = {
    for name, machine in var.machines : name => yamlencode({
      version = 2
      ethernets = {
        primary = {
          match       = { name = "e*" }
          dhcp4       = false
          addresses   = ["${machine.address}/${local.bits}"]
          routes      = [{ to = "0.0.0.0/0", via = var.subnet.gateway }]
          nameservers = { addresses = var.subnet.nameservers, search = [var.domain] }
        }
      }
    })
  }

  userdata = {
    for name, machine in var.machines : name => join("\n", ["#cloud-config", yamlencode(merge({
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
      users = [{
        name                = var.login.user
        lock_passwd         = true
        shell               = "/bin/bash"
        sudo                = "ALL=(ALL) NOPASSWD:ALL"
        ssh_authorized_keys = [var.login.key]
      }]
    }, { for key, value in local.balancer : key => value if machine.role == "load-balancer" }))])
  }
}

# A changed word here is how a machine is made anew on purpose.
resource "terraform_data" "generation" {
  for_each = var.machines
  input    = each.value.generation
}

resource "libvirt_volume" "machine" {
  for_each = var.machines

  name           = "${var.name}-${each.key}.qcow2"
  pool           = libvirt_pool.this.name
  base_volume_id = libvirt_volume.base.id
  format         = "qcow2"
  size           = each.value.disk_gib * 1024 * 1024 * 1024

  lifecycle {
    # Another image makes no running machine go away: `generation` does, one machine at a time.
    ignore_changes       = [base_volume_id]
    replace_triggered_by = [terraform_data.generation[each.key]]
  }
}

resource "libvirt_cloudinit_disk" "machine" {
  for_each = var.machines

  name           = "${var.name}-${each.key}-init.iso"
  pool           = libvirt_pool.this.name
  user_data      = local.userdata[each.key]
  meta_data      = yamlencode({ instance-id = "${var.name}-${each.key}", local-hostname = each.key })
  network_config = local.network[each.key]
}

resource "libvirt_domain" "machine" {
  for_each = var.machines

  name        = "${var.name}-${each.key}"
  description = "${each.value.role} of ${var.name}"
  type        = var.domain_type
  vcpu        = each.value.cpus
  memory      = each.value.memory_mib
  cloudinit   = libvirt_cloudinit_disk.machine[each.key].id
  autostart   = true

  dynamic "cpu" {
    for_each = var.processor == "" ? [] : [var.processor]

    content {
      mode = cpu.value
    }
  }

  disk {
    volume_id = libvirt_volume.machine[each.key].id
  }

  network_interface {
    network_id     = libvirt_network.this.id
    hostname       = each.key
    wait_for_lease = false
  }

  # What a machine says while it starts is read with `virsh console`.
  console {
    type        = "pty"
    target_port = "0"
    target_type = "serial"
  }

  lifecycle {
    replace_triggered_by = [terraform_data.generation[each.key]]

    precondition {
      condition     = can(regex("^[0-9.]+$", each.value.address)) && cidrhost("${each.value.address}/${local.bits}", 0) == cidrhost(var.subnet.cidr, 0)
      error_message = "${each.key} has the address ${each.value.address}, which is not in ${var.subnet.cidr}."
    }
  }
}
