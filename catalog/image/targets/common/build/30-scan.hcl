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
