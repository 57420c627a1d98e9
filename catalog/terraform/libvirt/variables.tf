variable "name" {
  description = "Prefix of everything that is made, e.g. platform-environment."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9]([-a-z0-9]{0,40}[a-z0-9])?$", var.name))
    error_message = "Use small letters, digits and hyphens, at most 42."
  }
}

variable "uri" {
  description = "Where libvirt is, e.g. qemu:///system or qemu+ssh://root@host/system."
  type        = string
  default     = "qemu:///system"
}

variable "pool_path" {
  description = "Folder on the libvirt host for the machines' disks; made where it is missing."
  type        = string
}

variable "image" {
  description = "Disk file (qcow2) that the machines start from: a path here, uploaded once, or an address the host fetches."
  type        = string
}

variable "image_generation" {
  description = "A changed word here uploads the image anew and makes all machines from it."
  type        = string
  default     = ""
}

variable "machines" {
  description = "The machines, by name; every address is static."
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

variable "network_mode" {
  description = "How the network meets the others: nat, route, open, none (isolated), or bridge."
  type        = string
  default     = "nat"

  validation {
    condition     = contains(["nat", "route", "open", "none", "bridge"], var.network_mode)
    error_message = "The mode is nat, route, open, none or bridge."
  }
}

variable "bridge" {
  description = "Bridge of the host; needed with the mode bridge, libvirt's choice where empty."
  type        = string
  default     = ""
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
  description = "DNS domain of the machines."
  type        = string
}

variable "api" {
  description = "Address of the API: of a balancer that is there or made here, of a virtual address that the cluster announces, or of the only control plane."
  type        = string
}

variable "processor" {
  description = "What the machines' processors are: host-passthrough, host-model, or empty where the host cannot accelerate."
  type        = string
  default     = "host-passthrough"
}

variable "domain_type" {
  description = "kvm, or qemu where the host cannot accelerate."
  type        = string
  default     = "kvm"
}
