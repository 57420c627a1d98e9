# Packer 1.7 and newer take builders from plugins; 1.6 has them inside and does not know this block.
packer {
  required_plugins {
    qemu    = { source = "github.com/hashicorp/qemu", version = ">= 1.1.0" }
    ansible = { source = "github.com/hashicorp/ansible", version = ">= 1.1.0" }
  }
}
