# Turns a booted build machine into the image: the same three plays and the same remediations for every target.
variable "ansible" {
  type        = string
  description = "Folder with node.yml, harden.yml, seal.yml and the roles."
}

variable "remediations" {
  type        = string
  description = "Ansible playbook that OpenSCAP made for the rules the base does not meet."
}

variable "skip" {
  type        = string
  description = "Rules whose remediation is left out, comma separated; see tailoring.yaml."
}

variable "variables" {
  type        = string
  description = "JSON file with the roles' variables."
}

variable "results" {
  type        = string
  description = "Folder for what each play did, as JUnit XML."
}

locals {
  ansible_env = [
    "ANSIBLE_CONFIG=${var.ansible}/ansible.cfg",
    "ANSIBLE_CALLBACKS_ENABLED=junit",
    "JUNIT_OUTPUT_DIR=${var.results}",
    "ANSIBLE_FORCE_COLOR=0",
    "PYTHONUNBUFFERED=1",
  ]
}

build {
  sources = ["source.null.machine"]

  provisioner "ansible" {
    playbook_file    = "${var.ansible}/node.yml"
    user             = var.user
    use_proxy        = false
    ansible_env_vars = local.ansible_env
    extra_arguments  = ["--extra-vars", "@${var.variables}"]
  }

  provisioner "ansible" {
    playbook_file    = "${var.ansible}/harden.yml"
    user             = var.user
    use_proxy        = false
    ansible_env_vars = local.ansible_env
    extra_arguments  = ["--extra-vars", "@${var.variables}"]
  }

  provisioner "ansible" {
    playbook_file    = var.remediations
    user             = var.user
    use_proxy        = false
    ansible_env_vars = local.ansible_env
    extra_arguments  = ["--become", "--skip-tags", var.skip]
  }

  provisioner "ansible" {
    playbook_file    = "${var.ansible}/seal.yml"
    user             = var.user
    use_proxy        = false
    ansible_env_vars = local.ansible_env
    extra_arguments  = ["--extra-vars", "@${var.variables}"]
  }
}
