# A disk file, made from the distributor's cloud image by a machine of this host.
variable "image_url" {
  type        = string
  description = "The distributor's cloud image (qcow2)."
}

variable "image_checksum" {
  type = string
}

variable "accelerator" {
  type        = string
  description = "kvm, or tcg where the host has none."
}

variable "cpus" {
  type = number
}

variable "memory_mib" {
  type = number
}

variable "disk_gib" {
  type = number
}

variable "answers" {
  type        = string
  description = "Folder with user-data and meta-data, served to cloud-init."
}

variable "key" {
  type        = string
  description = "Private key made for this build alone."
}

variable "output" {
  type        = string
  description = "Folder of the disk file; made by Packer."
}

source "qemu" "machine" {
  iso_url          = var.image_url
  iso_checksum     = var.image_checksum
  disk_image       = true
  disk_size        = "${var.disk_gib}G"
  disk_compression = true
  format           = "qcow2"
  accelerator      = var.accelerator
  cpus             = var.cpus
  memory           = var.memory_mib
  headless         = true
  net_device       = "virtio-net"
  disk_interface   = "virtio"
  http_directory   = var.answers
  output_directory = var.output
  vm_name          = "${var.name}.qcow2"

  # cloud-init takes its answers from Packer's own server.
  qemuargs = [["-smbios", "type=1,serial=ds=nocloud-net;s=http://{{ .HTTPIP }}:{{ .HTTPPort }}/"]]

  ssh_username         = var.login
  ssh_private_key_file = var.key
  ssh_timeout          = "20m"
  shutdown_command     = "sudo shutdown -P now"
}
