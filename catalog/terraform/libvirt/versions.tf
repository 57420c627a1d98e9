terraform {
  required_version = ">= 1.6.0"

  required_providers {
    # 0.9 is another program under the same name: its resources have the shape of libvirt's own XML, and no configuration
    # fits both. This module keeps to the last one that has been used widely.
    libvirt = {
      source  = "dmacvicar/libvirt"
      version = ">= 0.8.3, < 0.9.0"
    }
  }
}

# A key for qemu+ssh comes from the agent or the file the address names; there is no password.
provider "libvirt" {
  uri = var.uri
}
