  # The cloud's first start writes keys and package sources: nothing may run beside it.
  provisioner "shell" {
    inline = ["if command -v cloud-init; then sudo cloud-init status --wait || true; fi"]
  }

  provisioner "ansible" {
    playbook_file    = "${var.ansible}/prepare.yml"
    user             = var.login
    use_proxy        = false
    ansible_env_vars = local.ansible_env
    extra_arguments  = ["--extra-vars", "@${var.variables}"]
  }

  provisioner "ansible" {
    playbook_file    = "${var.ansible}/node.yml"
    user             = var.login
    use_proxy        = false
    ansible_env_vars = local.ansible_env
    extra_arguments  = ["--extra-vars", "@${var.variables}"]
  }
