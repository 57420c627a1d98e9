variable "platform" {
  description = "Name of the platform; a tag of everything that is made."
  type        = string

  validation {
    condition     = can(regex("^[a-z][-a-z0-9]{0,19}$", var.platform))
    error_message = "Use small letters, digits and hyphens, at most 20: load balancers have names of at most 32."
  }
}

variable "environment" {
  description = "Name of the environment; a tag of everything that is made."
  type        = string

  validation {
    condition     = can(regex("^[a-z][-a-z0-9]{0,9}$", var.environment))
    error_message = "Use small letters, digits and hyphens, at most 10: load balancers have names of at most 32."
  }
}

variable "region" {
  description = "Region, e.g. eu-west-3."
  type        = string
}

variable "zones" {
  description = "Availability zones that the machines are spread over, at most eight."
  type        = list(string)

  validation {
    condition     = length(var.zones) >= 1 && length(var.zones) <= 8
    error_message = "Name one to eight zones."
  }
}

variable "cidr" {
  description = "Range of the network, /16 to /20: sixteen equal parts, private subnets from the first, public ones from the ninth."
  type        = string

  validation {
    condition     = can(cidrsubnet(var.cidr, 4, 15)) && tonumber(split("/", var.cidr)[1]) >= 16 && tonumber(split("/", var.cidr)[1]) <= 20
    error_message = "Use an IPv4 range of /16 to /20."
  }
}

variable "image" {
  description = "Id of the machine image."
  type        = string

  validation {
    condition     = can(regex("^ami-[0-9a-f]+$", var.image))
    error_message = "An id begins with ami-."
  }
}

variable "machines" {
  description = "The machines, by name. An address lies in the private subnet of its zone: so it is known before the machine is."
  type = map(object({
    role       = string
    zone       = string
    address    = string
    type       = string
    root_gib   = number
    data_gib   = number
    generation = string
  }))

  validation {
    condition     = alltrue([for machine in values(var.machines) : contains(["control-plane", "worker"], machine.role)])
    error_message = "A machine's role is control-plane or worker."
  }
}

variable "host_keys" {
  description = "SSH host key of each machine, and of `bastion`, by name: the OpenSSH private key and its public half."
  type = map(object({
    private = string
    public  = string
  }))
  sensitive = true
}

variable "login" {
  description = "User who may become root with sudo, and the public key that lets them in."
  type = object({
    user = string
    key  = string
  })
}

variable "domain" {
  description = "DNS domain of the machines."
  type        = string
}

variable "dns" {
  description = "Makes the zone; without it whoever runs the DNS makes the records of the output `dns`."
  type        = bool
  default     = true
}

variable "public_zone_id" {
  description = "Id of a public Route 53 zone of the same domain, which gets the API and the ingress as well; none where empty."
  type        = string
  default     = ""
}

variable "apps_label" {
  description = "Applications are below this label of the domain: `*.apps.DOMAIN`."
  type        = string
  default     = "apps"
}

variable "nat" {
  description = "A way out for the machines: `single` for all zones, one for `each`, or `none`."
  type        = string
  default     = "single"

  validation {
    condition     = contains(["single", "each", "none"], var.nat)
    error_message = "Say single, each or none."
  }
}

variable "egress_cidrs" {
  description = "What the machines may reach outside of the network."
  type        = list(string)
  default     = ["0.0.0.0/0"]
}

variable "bastion" {
  description = "A machine in a public subnet that SSH goes through, and from where; `null` = none."
  type = object({
    image         = string
    type          = string
    root_gib      = number
    allowed_cidrs = list(string)
  })
  default = null
}

variable "ssh_cidrs" {
  description = "Ranges that reach the machines' SSH servers without a bastion, e.g. of a VPN."
  type        = list(string)
  default     = []
}

variable "api" {
  description = "Ports of the control planes behind the load balancer (the first is the API), whether it has public addresses, and who reaches it."
  type = object({
    ports         = list(number)
    public        = bool
    allowed_cidrs = list(string)
  })
  default = {
    ports         = [6443]
    public        = false
    allowed_cidrs = []
  }
}

variable "ingress" {
  description = "A load balancer for applications: from port to node port; `null` = none. Whoever reaches it reaches those ports."
  type = object({
    ports         = map(number)
    public        = bool
    allowed_cidrs = list(string)
  })
  default = null
}

variable "node_rules" {
  description = "What machines may say to each other beside API, etcd and kubelet: what the pod network needs."
  type = list(object({
    description = string
    protocol    = string
    from_port   = number
    to_port     = number
  }))
  default = [
    { description = "VXLAN of the pod network", protocol = "udp", from_port = 4789, to_port = 4789 },
    { description = "VXLAN of the pod network, the port of the Linux kernel", protocol = "udp", from_port = 8472, to_port = 8472 },
    { description = "Health of the pod network", protocol = "tcp", from_port = 4240, to_port = 4240 },
    { description = "WireGuard of the pod network", protocol = "udp", from_port = 51820, to_port = 51821 },
    { description = "Node ports", protocol = "tcp", from_port = 30000, to_port = 32767 },
  ]
}

variable "pod_cidr" {
  description = "Range of the pods, where they keep their own addresses between machines; none where empty."
  type        = string
  default     = ""
}

variable "pod_routes" {
  description = "Range of the pods of each machine, by its name, where the network itself routes to them."
  type        = map(string)
  default     = {}
}

variable "autoscaling" {
  description = "Workers that come and go, beside the named ones: how many, of what type; they join by what the image or `user_data` brings. `null` = none."
  type = object({
    min       = number
    max       = number
    type      = string
    root_gib  = number
    user_data = string
  })
  default = null
}

variable "volume_type" {
  description = "Type of all volumes."
  type        = string
  default     = "gp3"
}

variable "kms_key_id" {
  description = "ARN of the key that volumes are encrypted with; the account's own where empty."
  type        = string
  default     = ""
}

variable "bucket" {
  description = "Name of a bucket for backups and artefacts; none where empty."
  type        = string
  default     = ""
}

variable "cloud_integration" {
  description = "Lets the cluster look at machines and handle volumes of this environment, as the AWS cloud controller and the EBS driver do."
  type        = bool
  default     = false
}

variable "tags" {
  description = "More tags for everything."
  type        = map(string)
  default     = {}
}

variable "protected" {
  description = "Guards the load balancers against removal by hand; take it back before the environment is destroyed."
  type        = bool
  default     = false
}

variable "endpoints" {
  description = "Addresses of a simulator, by service; real ones where empty."
  type        = map(string)
  default     = {}
}
