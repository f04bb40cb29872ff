# A campaign that is not there any more.
ln -s nowhere.yaml campaign.yaml
