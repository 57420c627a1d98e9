  provisioner "ansible" {
    playbook_file    = "${var.ansible}/harden.yml"
    user             = var.login
    use_proxy        = false
    ansible_env_vars = local.ansible_env
    extra_arguments  = ["--extra-vars", "@${var.variables}"]
  }

  # The content's own remediations of the whole profile, less what would break the platform.
  provisioner "ansible" {
    playbook_file    = var.playbook
    user             = var.login
    use_proxy        = false
    ansible_env_vars = local.ansible_env
    extra_arguments  = ["--become", "--extra-vars", "@${var.variables}", "--skip-tags", var.skip]
  }

  # Kernel, FIPS mode, mounts and groups of the account are what the next start makes of them; that is what is scanned.
  provisioner "shell" {
    expect_disconnect = true
    inline            = ["sudo systemctl reboot"]
  }

  provisioner "ansible" {
    pause_before     = "20s"
    playbook_file    = "${var.ansible}/seal.yml"
    user             = var.login
    use_proxy        = false
    ansible_env_vars = local.ansible_env
    extra_arguments  = ["--extra-vars", "@${var.variables}"]
  }
