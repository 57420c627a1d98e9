provider "aws" {
  region = var.region

  # A simulator knows no accounts.
  skip_credentials_validation = local.simulated
  skip_requesting_account_id  = local.simulated
  skip_metadata_api_check     = local.simulated
  skip_region_validation      = local.simulated

  dynamic "endpoints" {
    for_each = local.simulated ? [var.endpoints] : []
    content {
      autoscaling = lookup(endpoints.value, "autoscaling", null)
      ec2         = lookup(endpoints.value, "ec2", null)
      elb         = lookup(endpoints.value, "elb", null)
      iam         = lookup(endpoints.value, "iam", null)
      route53     = lookup(endpoints.value, "route53", null)
      s3          = lookup(endpoints.value, "s3", null)
      sts         = lookup(endpoints.value, "sts", null)
    }
  }
}

locals {
  simulated = length(var.endpoints) > 0
  name      = "${var.platform}-${var.environment}"
  # What belongs to this environment is found by these, also by hand and after a crash.
  tags = merge(var.tags, {
    "strata:platform"    = var.platform
    "strata:environment" = var.environment
  })
  zone_index = { for i, zone in var.zones : zone => i }
  controls   = { for name, machine in var.machines : name => machine if machine.role == "control-plane" }
  workers    = { for name, machine in var.machines : name => machine if machine.role == "worker" }
}
