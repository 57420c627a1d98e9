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
