# A campaign with three hundred keys that there are not.
printf 'version: 1\nname: too-many\nconfigs: {}\n' > campaign.yaml
for number in $(seq 300); do printf 'key%d: 1\n' "$number" >> campaign.yaml; done
