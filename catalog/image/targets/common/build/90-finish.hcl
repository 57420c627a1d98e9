  provisioner "shell" {
    inline = ["sudo rm -rf ${var.scratch}", "sudo sync"]
  }

  post-processor "manifest" {
    output      = "${var.results}/packer-manifest.json"
    custom_data = var.tags
  }
