# What is there already.

data "vsphere_datacenter" "this" {
  name = var.datacenter
}

data "vsphere_compute_cluster" "this" {
  name          = var.cluster
  datacenter_id = data.vsphere_datacenter.this.id
}

data "vsphere_datastore" "this" {
  name          = var.datastore
  datacenter_id = data.vsphere_datacenter.this.id
}

data "vsphere_network" "this" {
  name          = var.network
  datacenter_id = data.vsphere_datacenter.this.id
}

data "vsphere_virtual_machine" "template" {
  name          = var.template
  datacenter_id = data.vsphere_datacenter.this.id
}

data "vsphere_storage_policy" "this" {
  count = var.storage_policy == "" ? 0 : 1
  name  = var.storage_policy
}

# Where the machines are kept, and what they may take together.

resource "vsphere_folder" "this" {
  path          = var.name
  type          = "vm"
  datacenter_id = data.vsphere_datacenter.this.id
}

resource "vsphere_resource_pool" "this" {
  name                    = var.name
  parent_resource_pool_id = data.vsphere_compute_cluster.this.resource_pool_id
  cpu_limit               = var.cpu_limit_mhz
  memory_limit            = var.memory_limit_mib
}

# Tags: what belongs to this environment is found by them, also by hand.

resource "vsphere_tag_category" "role" {
  name             = "${var.name}-role"
  description      = "What a machine of ${var.name} is for"
  cardinality      = "SINGLE"
  associable_types = ["VirtualMachine"]

  lifecycle {
    # Some versions of vCenter answer with a prefix; none allows a type to be taken away.
    ignore_changes = [associable_types]
  }
}

resource "vsphere_tag" "role" {
  for_each    = toset([for machine in values(var.machines) : machine.role])
  name        = each.key
  description = "Machines of ${var.name} with the role ${each.key}"
  category_id = vsphere_tag_category.role.id
}
