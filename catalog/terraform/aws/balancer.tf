# By address: control planes reach the API through it as well, which a balancer by machine would send back to where it came from.

locals {
  balancer_subnets = var.api.public ? aws_subnet.public : aws_subnet.private
  api_targets      = { for pair in setproduct(keys(local.controls), var.api.ports) : "${pair[0]}-${pair[1]}" => { machine = pair[0], port = pair[1] } }
  ingress_ports    = var.ingress == null ? {} : var.ingress.ports
  ingress_targets = {
    for pair in setproduct(keys(local.workers), keys(local.ingress_ports)) : "${pair[0]}-${pair[1]}" => { machine = pair[0], port = pair[1] }
  }
}

resource "aws_lb" "api" {
  name                             = substr("${local.name}-a", 0, 32)
  load_balancer_type               = "network"
  internal                         = !var.api.public
  subnets                          = [for zone in var.zones : local.balancer_subnets[zone].id]
  enable_cross_zone_load_balancing = true
  enable_deletion_protection       = var.protected
  tags                             = local.tags
}

resource "aws_lb_target_group" "api" {
  for_each             = toset([for port in var.api.ports : tostring(port)])
  name                 = substr("${local.name}-${each.key}", 0, 32)
  vpc_id               = aws_vpc.this.id
  port                 = tonumber(each.key)
  protocol             = "TCP"
  target_type          = "ip"
  deregistration_delay = 30
  tags                 = local.tags

  health_check {
    protocol            = "TCP"
    port                = "traffic-port"
    interval            = 10
    healthy_threshold   = 3
    unhealthy_threshold = 3
  }
}

resource "aws_lb_target_group_attachment" "api" {
  for_each         = local.api_targets
  target_group_arn = aws_lb_target_group.api[each.value.port].arn
  target_id        = local.controls[each.value.machine].address
  port             = each.value.port

  depends_on = [aws_instance.machine]
}

resource "aws_lb_listener" "api" {
  for_each          = aws_lb_target_group.api
  load_balancer_arn = aws_lb.api.arn
  port              = each.value.port
  protocol          = "TCP"

  default_action {
    type             = "forward"
    target_group_arn = each.value.arn
  }
}

resource "aws_lb" "ingress" {
  count                            = var.ingress == null ? 0 : 1
  name                             = substr("${local.name}-i", 0, 32)
  load_balancer_type               = "network"
  internal                         = !var.ingress.public
  subnets                          = [for zone in var.zones : aws_subnet.public[zone].id]
  enable_cross_zone_load_balancing = true
  enable_deletion_protection       = var.protected
  tags                             = local.tags
}

resource "aws_lb_target_group" "ingress" {
  for_each             = local.ingress_ports
  name                 = substr("${local.name}-i${each.key}", 0, 32)
  vpc_id               = aws_vpc.this.id
  port                 = each.value
  protocol             = "TCP"
  target_type          = "ip"
  deregistration_delay = 30
  tags                 = local.tags

  health_check {
    protocol            = "TCP"
    port                = "traffic-port"
    interval            = 10
    healthy_threshold   = 3
    unhealthy_threshold = 3
  }
}

resource "aws_lb_target_group_attachment" "ingress" {
  for_each         = local.ingress_targets
  target_group_arn = aws_lb_target_group.ingress[each.value.port].arn
  target_id        = local.workers[each.value.machine].address
  port             = local.ingress_ports[each.value.port]

  depends_on = [aws_instance.machine]
}

resource "aws_lb_listener" "ingress" {
  for_each          = local.ingress_ports
  load_balancer_arn = aws_lb.ingress[0].arn
  port              = tonumber(each.key)
  protocol          = "TCP"

  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.ingress[each.key].arn
  }
}
