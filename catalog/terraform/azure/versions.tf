terraform {
  required_version = ">= 1.6.0"

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.20.0, < 5.0.0"
    }
  }
}

# Who signs in comes by ARM_TENANT_ID, ARM_CLIENT_ID and ARM_CLIENT_SECRET, a certificate, or the machine's own identity.
provider "azurerm" {
  subscription_id     = var.subscription
  storage_use_azuread = true

  features {
    resource_group {
      # What somebody else put into the group is not taken away with it.
      prevent_deletion_if_contains_resources = true
    }
  }
}
