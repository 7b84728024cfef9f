"""Writes cmyk.jpeg, a small CMYK JPEG as print software makes them: bright disc on dark ground.

Made with Pillow 13; run it again only to change the picture: python cmyk.py
"""
from PIL import Image, ImageDraw

grey = Image.new("L", (96, 96), 20)
draw = ImageDraw.Draw(grey)
draw.ellipse((18, 14, 78, 84), fill=200)
draw.ellipse((38, 34, 58, 60), fill=90)
Image.merge("RGB", (grey, grey, grey)).convert("CMYK").save("cmyk.jpeg", quality=85)
