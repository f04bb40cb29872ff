# A campaign of two megabytes.
head -c 2000000 /dev/zero | tr '\0' '#' > campaign.yaml
