terraform {
  # `import` with `for_each` came with 1.7; OpenTofu has it since 1.7 as well.
  required_version = ">= 1.7"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # Arguments used here are in all of these; the readme says what differs.
      version = ">= 3.1, < 7"
    }
  }
}
