"""A server that speaks as S3 does, on this machine: moto's, in a process of its own. It knows one bucket and one key,
and refuses all others, as Amazon's does."""

import json
import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import Self
from urllib.request import urlopen

import boto3

BUCKET = "campaign-screens"
REGION = "us-east-1"
PATIENCE_S = 60.0
UNGUARDED = 4
"""How many calls the server takes from anybody: those that make the bucket and the key."""

# Without ListBucket S3 calls what is not there forbidden: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject
ALLOWED = {"Effect": "Allow", "Action": ["s3:*Object", "s3:ListBucket"], "Resource": "*"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [ALLOWED]})


@dataclass(frozen=True)
class Key:
    """What lets somebody in."""

    name: str
    secret: str

    @property
    def variables(self) -> dict[str, str]:
        """How a process is given the key."""
        return {
            "AWS_ACCESS_KEY_ID": self.name,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_DEFAULT_REGION": REGION,
        }


class S3Server:
    """A context manager. `key` may write, read and remove what lies in BUCKET, and nothing else."""

    key: Key

    def __init__(self) -> None:
        with socket.socket() as asked:
            asked.bind(("127.0.0.1", 0))
            self.port = int(asked.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
            env=os.environ | {"INITIAL_NO_AUTH_ACTION_COUNT": str(UNGUARDED)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait_until_ready()
        nobody = {"aws_access_key_id": "none", "aws_secret_access_key": "none", "region_name": REGION}
        users = boto3.client("iam", endpoint_url=self.url, **nobody)
        boto3.client("s3", endpoint_url=self.url, **nobody).create_bucket(Bucket=BUCKET)
        users.create_user(UserName="runner")
        users.put_user_policy(UserName="runner", PolicyName="objects", PolicyDocument=POLICY)
        made = users.create_access_key(UserName="runner")["AccessKey"]
        self.key = Key(made["AccessKeyId"], made["SecretAccessKey"])
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE_S)

    def _wait_until_ready(self) -> None:
        give_up_at = time.monotonic() + PATIENCE_S
        while True:
            try:
                with urlopen(f"{self.url}/moto-api/", timeout=PATIENCE_S):
                    return
            except OSError:
                assert self._process.poll() is None and time.monotonic() < give_up_at
                time.sleep(0.05)
