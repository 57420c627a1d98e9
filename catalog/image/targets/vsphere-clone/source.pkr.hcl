# A template cloned from one that is already there, and hardened.
variable "server" {
  type = string
}

variable "user" {
  type = string
}

variable "password" {
  type      = string
  sensitive = true
}

variable "insecure" {
  type        = bool
  description = "Whether the server's certificate goes unchecked."
}

variable "datacenter" {
  type = string
}

variable "cluster" {
  type = string
}

variable "datastore" {
  type = string
}

variable "folder" {
  type = string
}

variable "network" {
  type = string
}

variable "cpus" {
  type = number
}

variable "memory_mib" {
  type = number
}

variable "key" {
  type        = string
  description = "Private key made for this build alone."
}

variable "export_to" {
  type        = string
  description = "Folder for an OVF of the template; empty = none."
}

variable "template" {
  type        = string
  description = "Template or machine to start from."
}

variable "linked_clone" {
  type = bool
}

source "vsphere-clone" "machine" {
  vcenter_server      = var.server
  username            = var.user
  password            = var.password
  insecure_connection = var.insecure
  datacenter          = var.datacenter
  cluster             = var.cluster
  datastore           = var.datastore
  folder              = var.folder
  network             = var.network

  vm_name      = var.name
  notes        = "Hardened Kubernetes node, made by Strata: ${join(", ", [for name, value in var.tags : "${name}=${value}"])}"
  template     = var.template
  linked_clone = var.linked_clone
  CPUs         = var.cpus
  RAM          = var.memory_mib

  convert_to_template = true

  dynamic "export" {
    for_each = var.export_to == "" ? [] : [var.export_to]
    content {
      force            = true
      output_directory = export.value
      manifest         = "sha256"
    }
  }

  communicator         = "ssh"
  ssh_username         = var.login
  ssh_private_key_file = var.key
  ssh_timeout          = "20m"
  shutdown_command     = "sudo shutdown -P now"
}
