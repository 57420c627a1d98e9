# A machine that is already booted: Strata makes it from the base root filesystem.
variable "host" {
  type = string
}

variable "user" {
  type    = string
  default = "strata"
}

variable "key" {
  type        = string
  description = "Private key made for this build alone."
}

source "null" "machine" {
  communicator         = "ssh"
  ssh_host             = var.host
  ssh_username         = var.user
  ssh_private_key_file = var.key
  ssh_timeout          = "90s"
}
