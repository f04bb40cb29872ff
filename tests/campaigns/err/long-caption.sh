caption=$(printf 'autumn %.0s' $(seq 600))
short=$(printf 'autumn %.0s' $(seq 400))
write() {
    cat > "$1.yaml" <<END
version: 1
name: $1
backend: $2
scripts:
  publish:
    script: post
    config: {material_list: [media/launch.mp4], captions: "$3"${4:-}}
    devices: R58M123ABC
END
}
write tiktok device "{x|$caption}"
write right device "$short"
write either local_api "$short"
write instagram local_api "$short" ", placement: reel"
