build {
  sources = ["source.BUILDER.machine"]

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

  # From here on over the connection that is already open: the sealed image takes no new one.
  provisioner "shell" {
    inline = ["mkdir -p ${var.scratch}", "test -n \"${var.datastream}\" || ln -sf ${var.content} ${var.scratch}/present"]
  }

  provisioner "file" {
    source      = var.datastream == "" ? var.variables : var.datastream
    destination = var.datastream == "" ? "${var.scratch}/variables.json" : var.content
  }

  # 0: every rule is met, 2: some are not. Both are results; what they mean is judged afterwards.
  provisioner "shell" {
    inline = [
      "cd ${var.scratch}",
      "sudo oscap xccdf eval --profile ${var.profile} --results results.xml --results-arf arf.xml --report report.html ${var.content} || test $? -eq 2",
      "sudo chmod a+r results.xml arf.xml report.html",
    ]
  }

  provisioner "file" {
    direction   = "download"
    source      = "${var.scratch}/results.xml"
    destination = "${var.results}/results.xml"
  }

  provisioner "file" {
    direction   = "download"
    source      = "${var.scratch}/arf.xml"
    destination = "${var.results}/arf.xml"
  }

  provisioner "file" {
    direction   = "download"
    source      = "${var.scratch}/report.html"
    destination = "${var.results}/report.html"
  }

  provisioner "file" {
    source      = var.runner
    destination = "${var.scratch}/goss"
  }

  provisioner "file" {
    source      = var.checks
    destination = "${var.scratch}/goss.yaml"
  }

  # 0: all pass, 1: some fail; both are results.
  provisioner "shell" {
    inline = [
      "chmod 0700 ${var.scratch}/goss",
      "sudo ${var.scratch}/goss --gossfile ${var.scratch}/goss.yaml validate --format json > ${var.scratch}/goss.json || test $? -eq 1",
    ]
  }

  provisioner "file" {
    direction   = "download"
    source      = "${var.scratch}/goss.json"
    destination = "${var.results}/goss.json"
  }

  provisioner "shell" {
    inline = ["sudo rm -rf ${var.scratch}", "sudo sync"]
  }

  post-processor "manifest" {
    output      = "${var.results}/packer-manifest.json"
    custom_data = var.tags
  }
}
