"""Looks into the simulated account, or puts a foreign instance with an environment's tags into it: JSON on stdout."""

import json
import sys

import boto3

verb, endpoint, platform, environment = sys.argv[1:5]
ec2 = boto3.client("ec2", region_name="eu-west-3", endpoint_url=endpoint, aws_access_key_id="x", aws_secret_access_key="y")
tags = {"strata:platform": platform, "strata:environment": environment}

if verb == "seed":
    image = ec2.describe_images(Filters=[{"Name": "architecture", "Values": ["x86_64"]}])["Images"][0]["ImageId"]
    ec2.run_instances(
        ImageId=image,
        MinCount=1,
        MaxCount=1,
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": k, "Value": v} for k, v in tags.items()]}],
    )
    print(json.dumps(image))
else:
    found = ec2.describe_instances(Filters=[{"Name": f"tag:{k}", "Values": [v]} for k, v in tags.items()])
    instances = [i for r in found["Reservations"] for i in r["Instances"]]
    alive = [i for i in instances if i["State"]["Name"] != "terminated"]
    names = [next((t["Value"] for t in i["Tags"] if t["Key"] == "strata:machine"), "") for i in alive]
    print(json.dumps(sorted(name for name in names if name)))
