"""Draw the demo's video and encode it: `python campaigns/media/make_demo_video.py ffmpeg campaigns/media/demo.mp4`.

The result is committed, so nobody needs this to run the demo; it shows that the video is the project's own.
"""

import math
import subprocess
import sys

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, FRAMES_PER_SECOND, SECONDS = 360, 640, 15, 4


def draw_frame(progress: float) -> Image.Image:
    """One frame; `progress` runs from 0 to 1."""
    frame = Image.new("RGB", (WIDTH, HEIGHT), (16, 24, 48))
    draw = ImageDraw.Draw(frame)
    for index in range(5):
        angle = 2 * math.pi * (progress + index / 5)
        x, y = WIDTH / 2 + 100 * math.cos(angle), HEIGHT / 2 + 100 * math.sin(angle)
        draw.ellipse((x - 34, y - 34, x + 34, y + 34), fill=(240, 90 + 30 * index, 70))
    draw.text((WIDTH / 2, 90), "Campaign runner", font=ImageFont.load_default(34), fill="white", anchor="mm")
    draw.text(
        (WIDTH / 2, 560), "one file, every phone", font=ImageFont.load_default(24), fill="white", anchor="mm"
    )
    return frame


def main(ffmpeg: str, target: str) -> None:
    """Pipe the frames into `ffmpeg`, which writes `target`."""
    command = [ffmpeg, "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-s", f"{WIDTH}x{HEIGHT}", "-r", str(FRAMES_PER_SECOND), "-i", "-"]
    command += ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "28", "-movflags", "+faststart"]
    command += ["-map_metadata", "-1", "-fflags", "+bitexact", target]
    total = FRAMES_PER_SECOND * SECONDS
    frames = b"".join(draw_frame(number / total).tobytes() for number in range(total))
    subprocess.run(command, input=frames, check=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
