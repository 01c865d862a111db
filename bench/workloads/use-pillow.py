import io
from PIL import Image, ImageDraw, ImageFont
image = Image.new("RGB", (64, 64), "white")
ImageDraw.Draw(image).text((5, 5), "lean", fill="black", font=ImageFont.load_default())
for kind in ("PNG", "JPEG", "WEBP", "TIFF"):
    file = io.BytesIO()
    image.save(file, kind)
    print(kind, Image.open(file).resize((8, 8)).size)
