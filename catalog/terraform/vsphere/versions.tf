terraform {
  required_version = ">= 1.6.0"

  required_providers {
    # The provider moved to vmware/vsphere with 2.11. Its old address serves every version up to then, and state written
    # there is read by the new one after `terraform state replace-provider hashicorp/vsphere vmware/vsphere`.
    # To move: change `source` here, replace the provider in the state, run `terraform init -upgrade`.
    # Nothing in this module needs an argument newer than 1.26.
    vsphere = {
      source  = "hashicorp/vsphere"
      version = ">= 1.26.0, < 3.0.0"
    }
  }
}

# User and password come by VSPHERE_USER and VSPHERE_PASSWORD: a value written here would lie in plans.
provider "vsphere" {
  vsphere_server       = var.server
  allow_unverified_ssl = false
  api_timeout          = var.api_timeout_minutes
}
