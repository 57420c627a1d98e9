variable "name" {
  description = "Prefix of everything that is made, e.g. platform-environment."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$", var.name))
    error_message = "Use small letters, digits and hyphens, at most 42."
  }
}

variable "subscription" {
  description = "Id of the subscription."
  type        = string
}

variable "location" {
  description = "Region, e.g. francecentral."
  type        = string
}

variable "zones" {
  description = "Availability zones that the machines are spread over; none where the region has none."
  type        = list(string)
  default     = ["1", "2", "3"]
}

variable "cidr" {
  description = "Range of the network."
  type        = string
}

variable "subnets" {
  description = "Parts of that range: for the machines and their balancers, and for the bastion."
  type = object({
    machines = string
    bastion  = string
  })
}

variable "image" {
  description = "Id of the machine image, a managed image or a version of a gallery."
  type        = string
}

variable "machines" {
  description = "The machines, by name. An address lies in the part for machines: so it is known before the machine is."
  type = map(object({
    role       = string
    address    = string
    size       = string
    disk_gib   = number
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
  description = "DNS domain of the machines: a private zone of the network."
  type        = string
}

variable "api" {
  description = "Address of the API's balancer in the part for machines, the control planes' ports (the first is the API), and who reaches them."
  type = object({
    address       = string
    ports         = list(number)
    allowed_cidrs = list(string)
  })
}

variable "ingress" {
  description = "A balancer for applications: its address in the part for machines, and from port to node port; `null` = none."
  type = object({
    address       = string
    ports         = map(number)
    allowed_cidrs = list(string)
  })
  default = null
}

variable "bastion" {
  description = "A machine with a public address that SSH goes through, and from where; `null` = none."
  type = object({
    size          = string
    image         = string
    allowed_cidrs = list(string)
  })
  default = null
}

variable "autoscaling" {
  description = "Workers that come and go, beside the named ones: how many, of what size; they join by what the image or `user_data` brings. `null` = none."
  type = object({
    min       = number
    max       = number
    size      = string
    disk_gib  = number
    user_data = string
  })
  default = null
}

variable "storage_account" {
  description = "Name of a storage account for backups and artefacts, unique in all of Azure; none where empty."
  type        = string
  default     = ""
}

variable "disk_encryption_set_id" {
  description = "Id of the set of keys that disks are encrypted with; the platform's own keys where empty."
  type        = string
  default     = ""
}

variable "tags" {
  description = "Tags of everything, beside those of the module."
  type        = map(string)
  default     = {}
}
