"""Makes the goldens of pictures: what Pillow and transformers make of pictures of every kind, for test/image.

    python scripts/goldens/image.py

Needs transformers 5.18 and Pillow 12.1: later ones resize the height of some tall pictures before the width, and so
round differently there. Writes test/goldens/image:

pictures/        small pictures, one of each kind
modes.json       the mode that Pillow gives each
rgb.safetensors  what transformers' load_image makes of each: uint8 [H, W, 3]
resize.json      pictures, sizes and filters; resize.safetensors has the results by number, uint8 [H, W, 3]
sizes.json       sizes of pictures [height, width], options for `size`, and the sizes that come out
process.json     pictures and options; process.safetensors has the pixel_values by number, float32 [B, 3, H, W], or for
                 an error nothing
"""

import json
import shutil
import struct
import zlib
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, ImageCms, PngImagePlugin
from safetensors.numpy import save_file
from transformers.image_transforms import get_resize_output_image_size, get_size_with_aspect_ratio
from transformers.image_utils import get_image_size_for_max_height_width, load_image
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

ROOT = Path(__file__).parents[2]
OUT = ROOT / "test/goldens/image"
PICTURES = OUT / "pictures"
ORIENTATION = 0x112
RANDOM = np.random.default_rng(2)

assert PIL.__version__.startswith("12.1."), f"expected Pillow 12.1, found {PIL.__version__}"


def scene(height, width, channels=3):
    """Gradients with noise, so that no two rows or columns are alike."""
    y, x = np.mgrid[0:height, 0:width]
    planes = [x * 255 // (width - 1), y * 255 // (height - 1), (x + y) * 5 % 256, (x * 7 + y * 3) % 256]
    noise = RANDOM.integers(-30, 30, (height, width, channels))
    return np.clip(np.stack(planes[:channels], -1) + noise, 0, 255).astype(np.uint8)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def write_png(name, rows, bits, colour_type, extra=b""):
    """Kinds of PNG that Pillow reads but does not write. `rows`: bytes of each row."""
    width = len(rows[0]) * 8 // bits // {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour_type]
    header = struct.pack(">IIBBBBB", width, len(rows), bits, colour_type, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows))
    data = chunk(b"IHDR", header) + extra + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    (PICTURES / name).write_bytes(b"\x89PNG\r\n\x1a\n" + data)


def write_shifted_gif(source, target, canvas, place):
    """A GIF whose picture does not cover its canvas, or reaches beyond."""
    data = bytearray((PICTURES / source).read_bytes())
    data[6:10] = struct.pack("<HH", *canvas)
    at = 13 + (3 << (data[10] & 7) + 1)
    while data[at] == 0x21:
        at += 2
        while data[at]:
            at += data[at] + 1
        at += 1
    data[at + 1 : at + 5] = struct.pack("<HH", *place)
    (PICTURES / target).write_bytes(data)


def write_gif_with_own_colours(source, target):
    """A GIF whose picture brings its own table of colours beside that of the canvas, which is black."""
    data = (PICTURES / source).read_bytes()
    start, length = 13, 3 << (data[10] & 7) + 1
    at = data.index(b"\x2c", start + length)
    own = data[at : at + 9] + bytes([data[at + 9] | 0x80 | data[10] & 7]) + data[start : start + length]
    (PICTURES / target).write_bytes(data[:start] + bytes(length) + data[start + length : at] + own + data[at + 10 :])


def wide_profile():
    """A colour profile that would change every colour if it counted: sRGB with another red."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    entry = profile.find(b"rXYZ")
    offset = struct.unpack(">I", profile[entry + 4 : entry + 8])[0]
    profile[offset + 8 : offset + 12] = struct.pack(">I", 0x9FFF)
    profile[24:36] = bytes(12)  # the time of its making
    return bytes(profile)


def oriented(orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif


def write_pictures():
    rgb = Image.fromarray(scene(35, 47))
    rgba = Image.fromarray(scene(35, 47, 4))
    grey = rgb.convert("L")
    palette = rgb.quantize(40)

    def save(image, name, **options):
        image.save(PICTURES / name, **options)

    # Kinds of pixels
    save(rgb, "rgb.png")
    save(rgba, "rgba.png")
    save(grey, "grey.png")
    save(rgba.convert("LA"), "grey-alpha.png")
    save(rgb.convert("1"), "one-bit.png")
    save(palette, "palette.png")
    save(palette, "palette-one-transparent.png", transparency=3)
    save(palette, "palette-alpha.png", transparency=bytes(range(40)))
    save(rgb, "rgb-transparent-colour.png", transparency=rgb.getpixel((5, 5)))
    sixteen = RANDOM.integers(0, 65536, (20, 30)).astype(np.uint16)
    sixteen[:, :15] = RANDOM.integers(0, 300, (20, 15))
    save(Image.fromarray(sixteen), "grey-16.png")
    save(Image.fromarray(sixteen), "grey-16.tif")
    for name, colour_type, channels in (("rgb-16", 2, 3), ("rgba-16", 6, 4), ("grey-alpha-16", 4, 2)):
        values = RANDOM.integers(0, 65536, (20, 30 * channels)).astype(">u2")
        write_png(f"{name}.png", [row.tobytes() for row in values], 16, colour_type)
    write_png("grey-2.png", [bytes(row) for row in RANDOM.integers(0, 256, (20, 8)).astype(np.uint8)], 2, 0)
    few_colours = chunk(b"PLTE", RANDOM.integers(0, 256, 30).astype(np.uint8).tobytes())
    beyond = RANDOM.integers(0, 14, (20, 30)).astype(np.uint8)
    write_png("palette-too-short.png", [bytes(row) for row in beyond], 8, 3, few_colours)
    gamma = chunk(b"gAMA", struct.pack(">I", 100000))
    write_png("gamma.png", [row.tobytes() for row in scene(20, 30)], 8, 2, gamma)
    save(rgb.convert("CMYK"), "cmyk.tif")
    save(rgb.convert("CMYK"), "cmyk.jpg", quality=90)
    adobe = (PICTURES / "cmyk.jpg").read_bytes()
    at = adobe.find(b"\xff\xee")
    (PICTURES / "cmyk-without-adobe-marker.jpg").write_bytes(adobe[:at] + adobe[at + 16 :])
    (PICTURES / "ycck.jpg").write_bytes(adobe[: at + 15] + b"\2" + adobe[at + 16 :])
    save(rgb.convert("1"), "one-bit-fax.tif", compression="group4")
    save(grey, "grey-white-is-0.tif", tiffinfo={262: 0})
    save(palette, "palette.tif")
    save(Image.fromarray((RANDOM.random((20, 30)) * 400 - 50).astype(np.float32)), "float.tif")

    # Formats
    save(rgb, "chroma-halved.jpg", quality=85, subsampling=2)
    save(rgb, "progressive.jpg", progressive=True)
    save(grey, "grey.jpg")
    save(rgb, "rgb-not-ycc.jpg", keep_rgb=True)
    save(rgb, "lossy.webp", quality=80)
    save(rgba, "lossless-alpha.webp", lossless=True, exact=True)
    save(rgb, "lzw.tif", compression="tiff_lzw")
    save(rgb, "chroma-whole.avif", quality=80, subsampling="4:4:4")
    save(rgb, "named-wrongly.jpg", format="PNG")
    profile = wide_profile()
    save(rgb, "profile.png", icc_profile=profile)
    save(rgb, "profile.jpg", icc_profile=profile)

    # GIF
    save(palette, "palette.gif")
    save(palette, "interlaced.gif", interlace=True)
    save(palette, "transparent.gif", transparency=7)
    save(rgb.convert("1"), "one-bit.gif")
    write_shifted_gif("palette.gif", "smaller-than-canvas.gif", (60, 50), (5, 10))
    write_shifted_gif("transparent.gif", "smaller-than-canvas-transparent.gif", (60, 50), (5, 10))
    write_shifted_gif("palette.gif", "larger-than-canvas.gif", (20, 20), (5, 10))
    write_gif_with_own_colours("palette.gif", "own-colours.gif")

    # More than one picture
    frames = [Image.fromarray(scene(30, 40, 4)) for _ in range(3)]
    for name, more in (
        ("animated.gif", {}),
        ("animated.webp", {"lossless": True}),
        ("animated.png", {}),
        ("animated-default-apart.png", {"default_image": True}),
        ("pages.tif", {}),
    ):
        save(frames[0], name, save_all=True, append_images=frames[1:], **more)

    # Orientation
    for orientation in range(1, 9):
        save(rgb, f"orientation-{orientation}.png", exif=oriented(orientation))
    for name in ("orientation-6.jpg", "orientation-6.webp", "orientation-6.tif"):
        save(rgb, name, exif=oriented(6))
    save(rgb, "orientation-99.jpg", exif=oriented(99))
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
    save(rgb, "orientation-6-xmp.jpg", xmp=xmp)
    save(rgb, "orientation-3-exif-6-xmp.jpg", xmp=xmp, exif=oriented(3))
    text = PngImagePlugin.PngInfo()
    block = oriented(6).tobytes()
    text.add_text("Raw profile type exif", f"\nexif\n{len(block):8}\n{block.hex()}\n", zip=True)
    save(rgb, "orientation-6-text.png", pnginfo=text)

    # Sizes
    save(Image.fromarray(RANDOM.integers(0, 256, (1, 1, 3)).astype(np.uint8)), "one-pixel.gif")
    save(Image.fromarray(RANDOM.integers(0, 256, (600, 2, 3)).astype(np.uint8)), "thin.png")
    save(Image.fromarray(scene(90, 40)), "tall.png")
    save(Image.fromarray(scene(40, 90)), "wide.png")


def resize_cases():
    sizes = {"tall.png": [(24, 24), (60, 50), (40, 31)], "wide.png": [(24, 24), (90, 55)], "thin.png": [(16, 9)]}
    return [
        {"picture": picture, "width": width, "height": height, "resample": resample}
        for picture, targets in sizes.items()
        for width, height in targets
        for resample in range(6)
    ]


def size_cases():
    for image in ((480, 640), (640, 480), (50, 50), (50, 100), (100, 50), (37, 411), (1033, 481), (3, 1000), (1, 1)):
        for edge in (20, 37, 50, 224):
            # The function wants a picture, but only its shape counts.
            picture = np.zeros((3, *image), np.uint8)
            size = get_resize_output_image_size(
                picture, edge, default_to_square=False, input_data_format="channels_first"
            )
            yield image, {"shortest_edge": edge}, size
            for other in (5, 7, 60, 99, 300):
                size = get_size_with_aspect_ratio(image, edge, other)
                yield image, {"shortest_edge": edge, "longest_edge": other}, size
                size = get_image_size_for_max_height_width(image, edge, other)
                yield image, {"max_height": edge, "max_width": other}, size


PROCESS_CASES = [
    {"size": 20, "do_center_crop": False},
    {"size": [20, 26], "do_center_crop": False},
    {"size": {"height": 20, "width": 26}, "do_center_crop": False},
    {"size": {"shortest_edge": 20}, "crop_size": 16},
    {"size": {"shortest_edge": 20, "longest_edge": 30}, "do_center_crop": False},
    {"size": {"max_height": 20, "max_width": 24}, "do_center_crop": False},
    {"size": 20, "default_to_square": True, "do_center_crop": False},
    {"do_resize": False, "crop_size": 33},
    {"do_resize": False, "crop_size": [97, 20]},
    {"size": 20, "crop_size": {"height": 27, "width": 25}},
    {"size": 20, "crop_size": {"height": 26, "width": 51}},
    {"size": 20, "crop_size": 16, "do_rescale": False},
    {"size": 20, "crop_size": 16, "do_normalize": False},
    {"size": 20, "crop_size": 16, "do_rescale": False, "do_normalize": False},
    {"size": 20, "crop_size": 16, "rescale_factor": 0.0123},
    {"size": 20, "crop_size": 16, "image_mean": 0.5, "image_std": 0.25},
    {"size": 20, "crop_size": 16, "image_mean": [0.1, 0.2, 0.3], "image_std": [0.9, 0.8, 0.7]},
    {"size": 20, "crop_size": 16, "resample": 2},
    {"size": 20, "crop_size": 16, "do_convert_rgb": False},
]


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    write_pictures()
    names = sorted(path.name for path in PICTURES.iterdir())
    save_file({name: np.array(load_image(str(PICTURES / name))) for name in names}, OUT / "rgb.safetensors")
    modes = {name: Image.open(PICTURES / name).mode for name in names}
    (OUT / "modes.json").write_text(json.dumps(modes, indent=1) + "\n")

    cases = resize_cases()
    results = {
        str(i): np.array(
            Image.open(PICTURES / case["picture"]).resize((case["width"], case["height"]), case["resample"])
        )
        for i, case in enumerate(cases)
    }
    save_file(results, OUT / "resize.safetensors")
    (OUT / "resize.json").write_text(json.dumps(cases, indent=1) + "\n")

    sizes = [{"image": image, "size": size, "result": result} for image, size, result in size_cases()]
    (OUT / "sizes.json").write_text("[\n" + ",\n".join(json.dumps(size) for size in sizes) + "\n]\n")

    cases = [{"pictures": [picture], "options": options} for picture in ("tall.png", "wide.png") for options in PROCESS_CASES]
    cases += [
        {"pictures": ["tall.png", "wide.png", "one-bit.png"], "options": {"size": 20, "crop_size": 16}},
        {"pictures": ["grey.png"], "options": {"do_convert_rgb": False}},
        {"pictures": ["palette.png"], "options": {"do_convert_rgb": False}},
        {"pictures": ["rgba.png"], "options": {"do_convert_rgb": False}},
        {"pictures": ["tall.png", "wide.png"], "options": {"size": 20, "do_center_crop": False}},
        {"pictures": ["thin.png"], "options": {"size": {"shortest_edge": 1, "longest_edge": 2}, "do_center_crop": False}},
        {"pictures": ["tall.png"], "options": {"size": {"longest_edge": 20}}},
    ]
    results = {}
    for i, case in enumerate(cases):
        images = [Image.open(PICTURES / picture) for picture in case["pictures"]]
        try:
            pixel_values = CLIPImageProcessorPil()(images, return_tensors="np", **case["options"]).pixel_values
        except Exception as error:
            case["error"] = f"{type(error).__name__}: {error}".split("\n")[0][:100]
        else:
            # The array may be a turned view, which save_file would store unturned; and uint8 where nothing is computed.
            results[str(i)] = np.ascontiguousarray(pixel_values, dtype=np.float32)
    save_file(results, OUT / "process.safetensors")
    (OUT / "process.json").write_text(json.dumps(cases, indent=1) + "\n")


main()
