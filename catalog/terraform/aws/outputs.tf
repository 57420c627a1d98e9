# The common form of all modules: catalog/terraform/README.md.

output "nodes" {
  description = "The machines."
  value = [
    for name, machine in var.machines : {
      name    = name
      role    = machine.role
      address = aws_instance.machine[name].private_ip
      ssh = {
        host = aws_instance.machine[name].private_ip
        user = var.login.user
      }
    }
  ]
}

output "api" {
  description = "Address and port of the Kubernetes API."
  value       = "${var.dns ? aws_route53_record.balanced["api.${var.domain}"].name : aws_lb.api.dns_name}:${var.api.ports[0]}"
}

output "bastion" {
  description = "The machine that SSH goes through."
  value = var.bastion == null ? null : {
    address = aws_instance.bastion["bastion"].public_ip
    user    = var.login.user
  }
}

output "domain" {
  description = "DNS domain of the machines."
  value       = var.domain
}

output "load_balancers" {
  description = "Addresses of the load balancers, by use."
  value = {
    api     = aws_lb.api.dns_name
    ingress = length(aws_lb.ingress) == 0 ? null : aws_lb.ingress[0].dns_name
  }
}

output "storage" {
  description = "Bucket and volumes."
  value = {
    bucket  = length(aws_s3_bucket.this) == 0 ? null : aws_s3_bucket.this[0].id
    volumes = { for name, volume in aws_ebs_volume.data : name => volume.id }
  }
}

output "dns" {
  description = "The zone of the machines and who serves it; the records, where there is none."
  value = {
    zone         = one(aws_route53_zone.this[*].zone_id)
    name_servers = flatten(aws_route53_zone.this[*].name_servers)
    records = merge(
      { for name, balancer in local.balanced : name => balancer.dns_name },
      { for name, machine in var.machines : "${name}.${var.domain}" => machine.address },
    )
  }
}
