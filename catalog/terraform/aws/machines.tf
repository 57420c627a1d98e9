resource "aws_key_pair" "login" {
  key_name   = local.name
  public_key = var.login.key
  tags       = local.tags
}

locals {
  # The machine's own key comes with it, so that nobody has to trust it at first sight.
  cloud_config = {
    for name in concat(keys(var.machines), var.bastion == null ? [] : ["bastion"]) : name => {
      hostname          = name
      fqdn              = "${name}.${var.domain}"
      preserve_hostname = false
      disable_root      = true
      ssh_pwauth        = false
      ssh_deletekeys    = true
      ssh_genkeytypes   = []
      ssh_keys = {
        ed25519_private = var.host_keys[name].private
        ed25519_public  = var.host_keys[name].public
      }
      users = [
        {
          name                = var.login.user
          sudo                = "ALL=(ALL) NOPASSWD:ALL"
          shell               = "/bin/bash"
          lock_passwd         = true
          ssh_authorized_keys = [var.login.key]
        }
      ]
    }
  }
  user_data = { for name, config in local.cloud_config : name => "#cloud-config\n${yamlencode(config)}" }
}

# A changed word here is how a machine is made anew on purpose.
resource "terraform_data" "generation" {
  for_each = var.machines
  input    = each.value.generation
}

# A machine that was made while nobody could write it down any more (a crash, a time limit) is found by its tags and taken over.

data "aws_instances" "found" {
  instance_state_names = ["pending", "running", "stopping", "stopped"]

  instance_tags = {
    "strata:platform"    = var.platform
    "strata:environment" = var.environment
  }
}

data "aws_instance" "found" {
  for_each    = toset(data.aws_instances.found.ids)
  instance_id = each.key
}

locals {
  # By machine; more than one is a case for a person: the first is taken over, the others stay as they are.
  found = { for id, instance in data.aws_instance.found : lookup(instance.tags, "strata:machine", "") => id... }
}

import {
  for_each = { for name, ids in local.found : name => sort(ids)[0] if contains(keys(var.machines), name) }
  to       = aws_instance.machine[each.key]
  id       = each.value
}

import {
  for_each = { for name, ids in local.found : name => sort(ids)[0] if name == "bastion" && var.bastion != null }
  to       = aws_instance.bastion[each.key]
  id       = each.value
}

resource "aws_instance" "machine" {
  for_each               = var.machines
  ami                    = var.image
  instance_type          = each.value.type
  subnet_id              = aws_subnet.private[each.value.zone].id
  private_ip             = each.value.address
  vpc_security_group_ids = concat([aws_security_group.node.id], each.value.role == "control-plane" ? [aws_security_group.control.id] : [])
  iam_instance_profile   = aws_iam_instance_profile.machine[each.value.role].name
  key_name               = aws_key_pair.login.key_name
  user_data              = local.user_data[each.key]
  source_dest_check      = var.pod_cidr == ""
  ebs_optimized          = true
  monitoring             = true

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    encrypted   = true
    kms_key_id  = var.kms_key_id == "" ? null : var.kms_key_id
    volume_size = each.value.root_gib
    volume_type = var.volume_type
  }

  tags = merge(local.tags, {
    Name             = "${local.name}-${each.key}"
    "strata:machine" = each.key
    "strata:role"    = each.value.role
  })

  lifecycle {
    # Another image or key makes no running machine go away: `generation` does, one machine at a time.
    ignore_changes       = [ami, user_data]
    replace_triggered_by = [terraform_data.generation[each.key]]
  }
}

# Data apart from the system: it outlives the machine's replacement.

resource "aws_ebs_volume" "data" {
  for_each          = { for name, machine in var.machines : name => machine if machine.data_gib > 0 }
  availability_zone = each.value.zone
  size              = each.value.data_gib
  type              = var.volume_type
  encrypted         = true
  kms_key_id        = var.kms_key_id == "" ? null : var.kms_key_id
  tags              = merge(local.tags, { Name = "${local.name}-${each.key}-data", "strata:machine" = each.key })
}

resource "aws_volume_attachment" "data" {
  for_each    = aws_ebs_volume.data
  device_name = "/dev/sdf"
  instance_id = aws_instance.machine[each.key].id
  volume_id   = each.value.id
}

# Bastion.

resource "aws_instance" "bastion" {
  for_each                    = var.bastion == null ? toset([]) : toset(["bastion"])
  ami                         = var.bastion.image
  instance_type               = var.bastion.type
  subnet_id                   = aws_subnet.public[var.zones[0]].id
  associate_public_ip_address = true
  vpc_security_group_ids      = [aws_security_group.bastion[0].id]
  key_name                    = aws_key_pair.login.key_name
  user_data                   = local.user_data["bastion"]
  ebs_optimized               = true
  monitoring                  = true

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  root_block_device {
    encrypted   = true
    kms_key_id  = var.kms_key_id == "" ? null : var.kms_key_id
    volume_size = var.bastion.root_gib
    volume_type = var.volume_type
  }

  tags = merge(local.tags, { Name = "${local.name}-bastion", "strata:machine" = "bastion" })

  lifecycle {
    ignore_changes = [ami, user_data]
  }
}
