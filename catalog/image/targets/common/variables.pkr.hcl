# What every target is given; a target's own variables are in its folder.
variable "name" {
  type        = string
  description = "Name of the image: the same inputs give the same name, so that a made image is found again."
}

variable "tags" {
  type        = map(string)
  description = "What the image and the build machine carry, so that both are found again."
}

variable "login" {
  type        = string
  description = "Account of the build machine that Packer comes in by."
}

variable "ansible" {
  type        = string
  description = "Folder with prepare.yml, node.yml, harden.yml, seal.yml and the roles."
}

variable "playbook" {
  type        = string
  description = "The SCAP content's own Ansible playbook of the profile."
}

variable "skip" {
  type        = string
  description = "Rules whose remediation is left out, comma separated: tailoring and conflicts with the platform."
}

variable "variables" {
  type        = string
  description = "JSON file with the roles' variables."
}

variable "results" {
  type        = string
  description = "Folder for what the plays did (JUnit), the scan (XCCDF) and the checks."
}

variable "datastream" {
  type        = string
  description = "Data stream of the SCAP content; empty where the machine's own package has it."
}

variable "content" {
  type        = string
  description = "Where the data stream lies on the machine while it is scanned."
}

variable "profile" {
  type        = string
  description = "Full id of the profile."
}

variable "checks" {
  type        = string
  description = "The checks as the chosen runner reads them: an InSpec profile's folder, or a goss file."
}

variable "runner" {
  type        = string
  description = "Program that runs the checks; for goss, the file that is sent to the machine."
}

variable "inspec" {
  type        = string
  default     = "inspec"
  description = "Starts the InSpec runner: run-inspec.sh of this folder."
}

variable "scratch" {
  type        = string
  default     = "/var/tmp/strata"
  description = "Folder on the machine that the last provisioner takes away; /tmp may be mounted noexec."
}

locals {
  ansible_env = [
    "ANSIBLE_CONFIG=${var.ansible}/ansible.cfg",
    "ANSIBLE_CALLBACKS_ENABLED=junit",
    "JUNIT_OUTPUT_DIR=${var.results}",
    "ANSIBLE_FORCE_COLOR=0",
    # Packer made the machine minutes ago: nobody knows its key yet.
    "ANSIBLE_HOST_KEY_CHECKING=False",
    "PYTHONUNBUFFERED=1",
  ]
}
