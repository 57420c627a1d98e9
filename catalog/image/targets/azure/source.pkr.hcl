# A managed image. The secret of the service principal comes from the environment; empty = the signed-in `az` account.
variable "subscription" {
  type = string
}

variable "tenant" {
  type = string
}

variable "client" {
  type        = string
  description = "Service principal; empty = the account that `az login` signed in."
}

variable "client_secret" {
  type      = string
  sensitive = true
}

variable "resource_group" {
  type        = string
  description = "Where the image is kept; must exist."
}

variable "build_group" {
  type        = string
  description = "Made for this build and removed with it; its name is known, so that a killed build's is found again."
}

variable "location" {
  type = string
}

variable "vm_size" {
  type = string
}

variable "publisher" {
  type = string
}

variable "offer" {
  type = string
}

variable "sku" {
  type = string
}

variable "plan" {
  type        = bool
  description = "Whether the marketplace asks for the image's plan."
}

variable "disk_gib" {
  type = number
}

variable "subnet" {
  type        = object({ name = string, network = string, group = string })
  description = "Network of the build machine; empty names = one made for the build."
}

source "azure-arm" "machine" {
  subscription_id          = var.subscription
  tenant_id                = var.tenant
  client_id                = var.client
  client_secret            = var.client_secret
  use_azure_cli_auth       = var.client == ""
  location                 = var.location
  temp_resource_group_name = var.build_group

  managed_image_name                = var.name
  managed_image_resource_group_name = var.resource_group
  azure_tags                        = var.tags

  os_type         = "Linux"
  image_publisher = var.publisher
  image_offer     = var.offer
  image_sku       = var.sku
  vm_size         = var.vm_size
  os_disk_size_gb = var.disk_gib

  dynamic "plan_info" {
    for_each = var.plan ? [var.sku] : []
    content {
      plan_name      = plan_info.value
      plan_product   = var.offer
      plan_publisher = var.publisher
    }
  }

  virtual_network_name                = var.subnet.network
  virtual_network_subnet_name         = var.subnet.name
  virtual_network_resource_group_name = var.subnet.group

  ssh_username = var.login
  ssh_timeout  = "10m"
}
