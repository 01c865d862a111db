import boto3
from botocore.stub import Stubber
client = boto3.client("s3", region_name="eu-central-1", aws_access_key_id="x", aws_secret_access_key="y")
with Stubber(client) as stubber:
    stubber.add_response("list_buckets", {"Buckets": [{"Name": "lean"}]})
    print(client.list_buckets()["Buckets"])
print(client.generate_presigned_url("get_object", {"Bucket": "b", "Key": "k"}).split("?")[0], "list_buckets" in dir(client))
