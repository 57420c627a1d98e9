variable "name" {
  description = "Prefix of everything that is made, e.g. platform-environment."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$", var.name))
    error_message = "Use small letters, digits and hyphens, at most 42."
  }
}

variable "server" {
  description = "Host name of the vCenter, with a port where it is not 443."
  type        = string
}

variable "api_timeout_minutes" {
  description = "How long one call of the vCenter may take."
  type        = number
  default     = 10
}

variable "datacenter" {
  description = "Name of the datacenter."
  type        = string
}

variable "cluster" {
  description = "Name of the compute cluster."
  type        = string
}

variable "datastore" {
  description = "Name of the datastore the machines' disks lie on."
  type        = string
}

variable "network" {
  description = "Name of the port group the machines are on; it is not made here."
  type        = string
}

variable "storage_policy" {
  description = "Name of the storage policy of the machines' disks; the datastore's own where empty."
  type        = string
  default     = ""
}

variable "template" {
  description = "Name or inventory path of the template that the machines are cloned from."
  type        = string
}

variable "machines" {
  description = "The machines, by name; every address is static, because the network may have no DHCP."
  type = map(object({
    role       = string
    address    = string
    cpus       = number
    memory_mib = number
    disk_gib   = number
    generation = string
  }))

  validation {
    condition     = alltrue([for machine in values(var.machines) : contains(["control-plane", "worker", "load-balancer"], machine.role)])
    error_message = "A machine's role is control-plane, worker or load-balancer."
  }
}

variable "host_keys" {
  description = "SSH host key of each machine by its name: the OpenSSH private key and its public half."
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

variable "subnet" {
  description = "The machines' network: range, way out and name servers."
  type = object({
    cidr        = string
    gateway     = string
    nameservers = list(string)
  })
}

variable "api_ports" {
  description = "Ports of the control planes that a balancer made here passes on; the first is the API."
  type        = list(number)
  default     = [6443]
}

variable "ingress_ports" {
  description = "Ports that a balancer made here passes on to the workers: from port to node port."
  type        = map(number)
  default     = { "80" = 30080, "443" = 30443 }
}

variable "domain" {
  description = "DNS domain of the machines. vSphere has no DNS of its own: the records in the output `dns` are for whoever runs it."
  type        = string
}

variable "api" {
  description = "Address of the API: of a balancer that is there or made here, of a virtual address that the cluster announces, or of the only control plane."
  type        = string
}

variable "cpu_limit_mhz" {
  description = "Upper limit of all machines together; -1 = none."
  type        = number
  default     = -1
}

variable "memory_limit_mib" {
  description = "Upper limit of all machines together; -1 = none."
  type        = number
  default     = -1
}

variable "wait_for_network_minutes" {
  description = "How long a machine may take until its tools tell an address; 0 = not waited for."
  type        = number
  default     = 5
}
