resource "aws_route53_zone" "this" {
  count   = var.dns ? 1 : 0
  name    = var.domain
  comment = "Machines of ${local.name}"
  tags    = local.tags

  # The simulator takes a zone of a network for a public one.
  dynamic "vpc" {
    for_each = local.simulated ? [] : [aws_vpc.this.id]
    content {
      vpc_id = vpc.value
    }
  }
}

resource "aws_route53_record" "machine" {
  for_each = var.dns ? var.machines : {}
  zone_id  = aws_route53_zone.this[0].zone_id
  name     = "${each.key}.${var.domain}"
  type     = "A"
  ttl      = 60
  records  = [each.value.address]
}

locals {
  balanced = merge(
    {
      "api.${var.domain}"     = aws_lb.api
      "api-int.${var.domain}" = aws_lb.api
    },
    { for balancer in aws_lb.ingress : "*.${var.apps_label}.${var.domain}" => balancer },
  )
}

resource "aws_route53_record" "balanced" {
  for_each = var.dns ? local.balanced : {}
  zone_id  = aws_route53_zone.this[0].zone_id
  name     = each.key
  type     = "A"

  alias {
    name                   = each.value.dns_name
    zone_id                = each.value.zone_id
    evaluate_target_health = false
  }
}

resource "aws_route53_record" "public" {
  for_each = var.public_zone_id == "" ? {} : { for name, balancer in local.balanced : name => balancer if name != "api-int.${var.domain}" }
  zone_id  = var.public_zone_id
  name     = each.key
  type     = "A"

  alias {
    name                   = each.value.dns_name
    zone_id                = each.value.zone_id
    evaluate_target_health = false
  }
}
