# An EBS-backed AMI. Credentials come from the environment, a profile or the machine's role; none is written here.
variable "region" {
  type = string
}

variable "copy_to" {
  type        = list(string)
  description = "Other regions that get a copy."
}

variable "share_with" {
  type        = list(string)
  description = "Accounts that may start the image."
}

variable "instance_type" {
  type = string
}

variable "subnet" {
  type        = string
  description = "Subnet of the build machine; empty = the default network."
}

variable "public_address" {
  type        = bool
  description = "Whether the build machine gets a public address, and is reached by it."
}

variable "kms_key" {
  type        = string
  description = "Key of the image's snapshots; empty = the account's default key."
}

variable "source_owners" {
  type = list(string)
}

variable "source_name" {
  type        = string
  description = "Name filter of the distributor's image; the newest match is taken."
}

variable "root_device" {
  type = string
}

variable "disk_gib" {
  type = number
}

variable "instance_profile" {
  type        = string
  description = "Role of the build machine; empty = none."
}

variable "endpoint" {
  type        = string
  description = "Address of the EC2 API where it is not the region's own; empty = that."
}

source "amazon-ebs" "machine" {
  region                      = var.region
  custom_endpoint_ec2         = var.endpoint
  ami_name                    = var.name
  ami_description             = "Hardened Kubernetes node, made by Strata"
  ami_regions                 = var.copy_to
  ami_users                   = var.share_with
  instance_type               = var.instance_type
  subnet_id                   = var.subnet
  associate_public_ip_address = var.public_address
  iam_instance_profile        = var.instance_profile
  shutdown_behavior           = "terminate"
  encrypt_boot                = true
  kms_key_id                  = var.kms_key
  tags                        = var.tags
  run_tags                    = var.tags
  run_volume_tags             = var.tags
  snapshot_tags               = var.tags

  source_ami_filter {
    owners      = var.source_owners
    most_recent = true
    filters = {
      name                = var.source_name
      architecture        = "x86_64"
      root-device-type    = "ebs"
      virtualization-type = "hvm"
    }
  }

  launch_block_device_mappings {
    device_name           = var.root_device
    volume_size           = var.disk_gib
    volume_type           = "gp2"
    encrypted             = true
    kms_key_id            = var.kms_key
    delete_on_termination = true
  }

  ssh_username  = var.login
  ssh_interface = var.public_address ? "public_ip" : "private_ip"
  ssh_timeout   = "10m"
}
