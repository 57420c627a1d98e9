locals {
  bits = split("/", var.subnet.cidr)[1]

  # Two documents of cloud-init for each machine. They are encoded, never pasted: no value can break out of its place.
  metadata = {
    for name, machine in var.machines : name => yamlencode({
      # cloud-init works once for each id: a balancer works again where what is behind it changes.
      instance-id    = machine.role == "load-balancer" ? "${var.name}-${name}-${substr(sha256(jsonencode(local.balancer)), 0, 8)}" : "${var.name}-${name}"
      local-hostname = name
      network = {
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

resource "vsphere_virtual_machine" "machine" {
  for_each = var.machines

  name             = "${var.name}-${each.key}"
  annotation       = "${each.value.role} of ${var.name}"
  folder           = vsphere_folder.this.path
  resource_pool_id = vsphere_resource_pool.this.id
  datastore_id     = data.vsphere_datastore.this.id
  storage_policy_id = (
    var.storage_policy == "" ? null : data.vsphere_storage_policy.this[0].id
  )

  num_cpus  = each.value.cpus
  memory    = each.value.memory_mib
  guest_id  = data.vsphere_virtual_machine.template.guest_id
  firmware  = data.vsphere_virtual_machine.template.firmware
  scsi_type = data.vsphere_virtual_machine.template.scsi_type
  # Persistent volumes of the cluster are found by the ids of their disks.
  enable_disk_uuid = true

  wait_for_guest_net_timeout = var.wait_for_network_minutes
  # Taken down by their cluster before; a machine that hangs must not hold up the removal.
  force_power_off       = true
  shutdown_wait_timeout = 3

  network_interface {
    network_id   = data.vsphere_network.this.id
    adapter_type = "vmxnet3"
  }

  disk {
    # The name the provider gives to the first disk of a machine that it takes over.
    label            = "disk0"
    size             = max(each.value.disk_gib, data.vsphere_virtual_machine.template.disks[0].size)
    thin_provisioned = data.vsphere_virtual_machine.template.disks[0].thin_provisioned
    eagerly_scrub    = data.vsphere_virtual_machine.template.disks[0].eagerly_scrub
  }

  clone {
    template_uuid = data.vsphere_virtual_machine.template.id
  }

  extra_config = {
    "guestinfo.metadata"          = base64encode(local.metadata[each.key])
    "guestinfo.metadata.encoding" = "base64"
    "guestinfo.userdata"          = base64encode(local.userdata[each.key])
    "guestinfo.userdata.encoding" = "base64"
  }

  tags = [vsphere_tag.role[each.value.role].id]

  lifecycle {
    # Another template makes no running machine go away: `generation` does, one machine at a time.
    ignore_changes       = [clone]
    replace_triggered_by = [terraform_data.generation[each.key]]

    precondition {
      condition     = can(regex("^[0-9.]+$", each.value.address)) && cidrhost("${each.value.address}/${local.bits}", 0) == cidrhost(var.subnet.cidr, 0)
      error_message = "${each.key} has the address ${each.value.address}, which is not in ${var.subnet.cidr}."
    }
    precondition {
      condition     = length(data.vsphere_virtual_machine.template.disks) == 1
      error_message = "The template ${var.template} has ${length(data.vsphere_virtual_machine.template.disks)} disks; one is expected."
    }
  }
}

# One host that fails must not take the majority of etcd with it. Not mandatory: a cluster of two hosts still starts three machines.
resource "vsphere_compute_cluster_vm_anti_affinity_rule" "control_plane" {
  count = length([for machine in values(var.machines) : machine if machine.role == "control-plane"]) > 1 ? 1 : 0

  name               = "${var.name}-control-plane"
  compute_cluster_id = data.vsphere_compute_cluster.this.id
  virtual_machine_ids = [
    for name, machine in var.machines : vsphere_virtual_machine.machine[name].id if machine.role == "control-plane"
  ]
}
