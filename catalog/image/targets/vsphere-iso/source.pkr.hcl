# A template installed from the distributor's ISO by its own unattended installer, and hardened.
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

variable "guest" {
  type        = string
  description = "Guest operating system as vSphere names it."
}

variable "iso_url" {
  type = string
}

variable "iso_checksum" {
  type = string
}

variable "boot_command" {
  type        = list(string)
  description = "What is typed at the boot menu, so that the installer takes its answers from Packer."
}

variable "answers" {
  type        = string
  description = "Folder that Packer serves to the installer."
}

variable "disk_gib" {
  type = number
}

source "vsphere-iso" "machine" {
  vcenter_server      = var.server
  username            = var.user
  password            = var.password
  insecure_connection = var.insecure
  datacenter          = var.datacenter
  cluster             = var.cluster
  datastore           = var.datastore
  folder              = var.folder

  vm_name              = var.name
  notes                = "Hardened Kubernetes node, made by Strata: ${join(", ", [for name, value in var.tags : "${name}=${value}"])}"
  guest_os_type        = var.guest
  CPUs                 = var.cpus
  RAM                  = var.memory_mib
  RAM_reserve_all      = false
  disk_controller_type = ["pvscsi"]

  storage {
    disk_size             = var.disk_gib * 1024
    disk_thin_provisioned = true
  }

  network_adapters {
    network      = var.network
    network_card = "vmxnet3"
  }

  iso_url        = var.iso_url
  iso_checksum   = var.iso_checksum
  boot_wait      = "5s"
  boot_command   = var.boot_command
  http_directory = var.answers

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
  ssh_timeout          = "45m"
  shutdown_command     = "sudo shutdown -P now"
}
