# Packer 1.7 and newer take builders from plugins; 1.6 has them inside and does not know this block.
packer {
  required_plugins {
    vsphere = { source = "github.com/hashicorp/vsphere", version = ">= 1.3.0" }
    ansible = { source = "github.com/hashicorp/ansible", version = ">= 1.1.0" }
  }
}
