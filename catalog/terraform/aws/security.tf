# Who may reach whom: one group for all machines, one more for the control planes, one for the bastion.

resource "aws_security_group" "node" {
  name        = "${local.name}-node"
  description = "All machines of ${local.name}"
  vpc_id      = aws_vpc.this.id
  tags        = merge(local.tags, { Name = "${local.name}-node" })
}

resource "aws_security_group" "control" {
  name        = "${local.name}-control"
  description = "Control planes of ${local.name}"
  vpc_id      = aws_vpc.this.id
  tags        = merge(local.tags, { Name = "${local.name}-control" })
}

resource "aws_security_group_rule" "node_out" {
  description       = "Within the network"
  security_group_id = aws_security_group.node.id
  type              = "egress"
  protocol          = "-1"
  from_port         = 0
  to_port           = 0
  cidr_blocks       = compact([var.cidr, var.pod_cidr])
}

resource "aws_security_group_rule" "node_away" {
  count             = length(var.egress_cidrs) == 0 ? 0 : 1
  description       = "Outside: HTTPS only"
  security_group_id = aws_security_group.node.id
  type              = "egress"
  protocol          = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_blocks       = var.egress_cidrs
}

resource "aws_security_group_rule" "node_time" {
  count             = length(var.egress_cidrs) == 0 ? 0 : 1
  description       = "Outside: time"
  security_group_id = aws_security_group.node.id
  type              = "egress"
  protocol          = "udp"
  from_port         = 123
  to_port           = 123
  cidr_blocks       = var.egress_cidrs
}

# Control planes.

resource "aws_security_group_rule" "api_from_nodes" {
  for_each                 = toset([for port in var.api.ports : tostring(port)])
  description              = "API, from the machines"
  security_group_id        = aws_security_group.control.id
  type                     = "ingress"
  protocol                 = "tcp"
  from_port                = tonumber(each.key)
  to_port                  = tonumber(each.key)
  source_security_group_id = aws_security_group.node.id
}

resource "aws_security_group_rule" "api_from_balancer" {
  for_each          = toset([for port in var.api.ports : tostring(port)])
  description       = "API, from the load balancer and who it is for"
  security_group_id = aws_security_group.control.id
  type              = "ingress"
  protocol          = "tcp"
  from_port         = tonumber(each.key)
  to_port           = tonumber(each.key)
  cidr_blocks       = concat([for zone in var.zones : local.balancer_subnets[zone].cidr_block], var.api.allowed_cidrs)
}

resource "aws_security_group_rule" "etcd" {
  description       = "etcd, among control planes"
  security_group_id = aws_security_group.control.id
  type              = "ingress"
  protocol          = "tcp"
  from_port         = 2379
  to_port           = 2380
  self              = true
}

# All machines.

resource "aws_security_group_rule" "kubelet" {
  description       = "kubelet, from the machines"
  security_group_id = aws_security_group.node.id
  type              = "ingress"
  protocol          = "tcp"
  from_port         = 10250
  to_port           = 10250
  self              = true
}

resource "aws_security_group_rule" "between_nodes" {
  for_each          = { for rule in var.node_rules : "${rule.protocol}-${rule.from_port}-${rule.to_port}" => rule }
  description       = each.value.description
  security_group_id = aws_security_group.node.id
  type              = "ingress"
  protocol          = each.value.protocol
  from_port         = each.value.from_port
  to_port           = each.value.to_port
  self              = true
}

resource "aws_security_group_rule" "pods" {
  count             = var.pod_cidr == "" ? 0 : 1
  description       = "Pods that keep their own addresses"
  security_group_id = aws_security_group.node.id
  type              = "ingress"
  protocol          = "-1"
  from_port         = 0
  to_port           = 0
  cidr_blocks       = [var.pod_cidr]
}

resource "aws_security_group_rule" "ingress" {
  for_each          = var.ingress == null ? {} : var.ingress.ports
  description       = "Applications, from the load balancer and who it is for"
  security_group_id = aws_security_group.node.id
  type              = "ingress"
  protocol          = "tcp"
  from_port         = each.value
  to_port           = each.value
  cidr_blocks       = concat([for zone in var.zones : aws_subnet.public[zone].cidr_block], var.ingress.allowed_cidrs)
}

resource "aws_security_group_rule" "ssh_from_bastion" {
  count                    = var.bastion == null ? 0 : 1
  description              = "SSH, from the bastion"
  security_group_id        = aws_security_group.node.id
  type                     = "ingress"
  protocol                 = "tcp"
  from_port                = 22
  to_port                  = 22
  source_security_group_id = aws_security_group.bastion[0].id
}

resource "aws_security_group_rule" "ssh" {
  count             = length(var.ssh_cidrs) == 0 ? 0 : 1
  description       = "SSH, from where it is allowed"
  security_group_id = aws_security_group.node.id
  type              = "ingress"
  protocol          = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_blocks       = var.ssh_cidrs
}

# Bastion.

resource "aws_security_group" "bastion" {
  count       = var.bastion == null ? 0 : 1
  name        = "${local.name}-bastion"
  description = "Bastion of ${local.name}"
  vpc_id      = aws_vpc.this.id
  tags        = merge(local.tags, { Name = "${local.name}-bastion" })
}

resource "aws_security_group_rule" "bastion_in" {
  count             = var.bastion == null ? 0 : 1
  description       = "SSH, from where it is allowed"
  security_group_id = aws_security_group.bastion[0].id
  type              = "ingress"
  protocol          = "tcp"
  from_port         = 22
  to_port           = 22
  cidr_blocks       = var.bastion.allowed_cidrs
}

resource "aws_security_group_rule" "bastion_out" {
  count                    = var.bastion == null ? 0 : 1
  description              = "SSH, to the machines"
  security_group_id        = aws_security_group.bastion[0].id
  type                     = "egress"
  protocol                 = "tcp"
  from_port                = 22
  to_port                  = 22
  source_security_group_id = aws_security_group.node.id
}
