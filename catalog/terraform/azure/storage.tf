# Backups and artefacts: reached from the machines' network alone, by identity and not by key.

resource "azurerm_storage_account" "this" {
  #checkov:skip=CKV_AZURE_59:reached through the subnet's service endpoint, everybody else is denied by network_rules
  #checkov:skip=CKV2_AZURE_33:a service endpoint keeps the way inside of Azure without an address of its own
  #checkov:skip=CKV_AZURE_43:the name is the user's, and Azure refuses a wrong one
  #checkov:skip=CKV_AZURE_33:there are no queues
  #checkov:skip=CKV2_AZURE_1:encrypted with the platform's keys; keys of one's own need a vault this module does not make
  count = var.storage_account == "" ? 0 : 1

  name                            = var.storage_account
  resource_group_name             = azurerm_resource_group.this.name
  location                        = azurerm_resource_group.this.location
  account_tier                    = "Standard"
  account_replication_type        = length(var.zones) == 0 ? "GRS" : "GZRS"
  min_tls_version                 = "TLS1_2"
  https_traffic_only_enabled      = true
  shared_access_key_enabled       = false
  allow_nested_items_to_be_public = false
  local_user_enabled              = false
  tags                            = local.tags

  blob_properties {
    versioning_enabled = true

    delete_retention_policy {
      days = 30
    }

    container_delete_retention_policy {
      days = 30
    }
  }

  network_rules {
    default_action             = "Deny"
    bypass                     = ["AzureServices"]
    virtual_network_subnet_ids = [azurerm_subnet.machines.id]
  }
}

resource "azurerm_storage_container" "backups" {
  #checkov:skip=CKV2_AZURE_21:where logs go is said by the subscription's diagnostic settings
  count = var.storage_account == "" ? 0 : 1

  name                  = "backups"
  storage_account_id    = azurerm_storage_account.this[0].id
  container_access_type = "private"
}

resource "azurerm_role_assignment" "storage" {
  count = var.storage_account == "" ? 0 : 1

  scope                            = azurerm_storage_account.this[0].id
  role_definition_name             = "Storage Blob Data Contributor"
  principal_id                     = azurerm_user_assigned_identity.machines.principal_id
  skip_service_principal_aad_check = true
}
