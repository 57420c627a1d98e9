# What the machines may do in the account: nothing, unless it is asked for.

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "machine" {
  for_each           = toset(["control-plane", "worker"])
  name               = "${local.name}-${each.key}"
  assume_role_policy = data.aws_iam_policy_document.assume.json
  tags               = local.tags
}

resource "aws_iam_instance_profile" "machine" {
  for_each = aws_iam_role.machine
  name     = each.value.name
  role     = each.value.name
}

# Looking is not limited by resource in AWS; changing is limited to what carries this environment's tags.
data "aws_iam_policy_document" "cloud" {
  statement {
    actions = [
      "ec2:DescribeAvailabilityZones",
      "ec2:DescribeInstances",
      "ec2:DescribeInstanceTopology",
      "ec2:DescribeRegions",
      "ec2:DescribeSnapshots",
      "ec2:DescribeTags",
      "ec2:DescribeVolumes",
      "ec2:DescribeVolumesModifications",
    ]
    resources = ["*"]
  }

  statement {
    actions   = ["ec2:CreateVolume", "ec2:CreateSnapshot"]
    resources = ["arn:*:ec2:${var.region}:*:volume/*", "arn:*:ec2:${var.region}:*:snapshot/*"]
    condition {
      test     = "StringEquals"
      variable = "aws:RequestTag/strata:environment"
      values   = [var.environment]
    }
  }

  statement {
    actions   = ["ec2:CreateTags"]
    resources = ["arn:*:ec2:${var.region}:*:volume/*", "arn:*:ec2:${var.region}:*:snapshot/*"]
    condition {
      test     = "StringEquals"
      variable = "ec2:CreateAction"
      values   = ["CreateVolume", "CreateSnapshot"]
    }
  }

  statement {
    actions = [
      "ec2:AttachVolume",
      "ec2:DeleteSnapshot",
      "ec2:DeleteVolume",
      "ec2:DetachVolume",
      "ec2:ModifyVolume",
    ]
    resources = [
      "arn:*:ec2:${var.region}:*:instance/*",
      "arn:*:ec2:${var.region}:*:snapshot/*",
      "arn:*:ec2:${var.region}:*:volume/*",
    ]
    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/strata:environment"
      values   = [var.environment]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/strata:platform"
      values   = [var.platform]
    }
  }
}

resource "aws_iam_role_policy" "cloud" {
  count  = var.cloud_integration ? 1 : 0
  name   = "cloud"
  role   = aws_iam_role.machine["control-plane"].id
  policy = data.aws_iam_policy_document.cloud.json
}

resource "aws_iam_role_policy" "bucket" {
  count = var.bucket == "" ? 0 : 1
  name  = "bucket"
  role  = aws_iam_role.machine["worker"].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["s3:ListBucket"], Resource = [aws_s3_bucket.this[0].arn] },
      { Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], Resource = ["${aws_s3_bucket.this[0].arn}/*"] },
    ]
  })
}
