  provisioner "inspec" {
    command          = var.inspec
    inspec_env_vars  = ["STRATA_RUNNER=${var.runner}"]
    profile          = var.checks
    user             = var.login
    extra_arguments  = ["--sudo", "--reporter", "json:${var.results}/inspec.json", "cli"]
  }
