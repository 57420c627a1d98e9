# Workers that come and go: no names and addresses that could be known before, so they are no part of `nodes`.

resource "aws_launch_template" "workers" {
  count                  = var.autoscaling == null ? 0 : 1
  name                   = "${local.name}-workers"
  image_id               = var.image
  instance_type          = var.autoscaling.type
  key_name               = aws_key_pair.login.key_name
  user_data              = base64encode(var.autoscaling.user_data)
  vpc_security_group_ids = [aws_security_group.node.id]
  ebs_optimized          = true
  tags                   = local.tags

  iam_instance_profile {
    name = aws_iam_instance_profile.machine["worker"].name
  }

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  monitoring {
    enabled = true
  }

  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      encrypted   = true
      kms_key_id  = var.kms_key_id == "" ? null : var.kms_key_id
      volume_size = var.autoscaling.root_gib
      volume_type = var.volume_type
    }
  }

  tag_specifications {
    resource_type = "instance"
    tags          = merge(local.tags, { Name = "${local.name}-worker", "strata:role" = "worker" })
  }
}

resource "aws_autoscaling_group" "workers" {
  count               = var.autoscaling == null ? 0 : 1
  name                = "${local.name}-workers"
  min_size            = var.autoscaling.min
  max_size            = var.autoscaling.max
  vpc_zone_identifier = [for zone in var.zones : aws_subnet.private[zone].id]
  target_group_arns   = []
  health_check_type   = "EC2"

  launch_template {
    id      = aws_launch_template.workers[0].id
    version = aws_launch_template.workers[0].latest_version
  }

  dynamic "tag" {
    for_each = merge(local.tags, {
      "k8s.io/cluster-autoscaler/enabled"       = "true"
      "k8s.io/cluster-autoscaler/${local.name}" = "owned"
    })
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }

  lifecycle {
    # The autoscaler of the cluster decides.
    ignore_changes = [desired_capacity]
  }
}
