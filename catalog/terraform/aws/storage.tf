# Backups and artefacts. AWS encrypts every object by itself; who may read is said by the roles in identity.tf.

resource "aws_s3_bucket" "this" {
  count  = var.bucket == "" ? 0 : 1
  bucket = var.bucket
  tags   = local.tags
}

resource "aws_s3_bucket_public_access_block" "this" {
  count                   = var.bucket == "" ? 0 : 1
  bucket                  = aws_s3_bucket.this[0].id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}
